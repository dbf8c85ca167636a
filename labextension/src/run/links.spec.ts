import { linkTo, LINK, readLink, withoutLink } from './links';

const RUN = { workflowid: 'ab12', processid: 'cd34' };

describe('links to runs', () => {
  it('lead to what they were made for', () => {
    const link = linkTo('http://host/user/x/lab', RUN);
    expect(LINK.test(link)).toBe(true);
    expect(readLink(new URL(link).search)).toEqual(RUN);
    expect(readLink('?colonies-run=ab12')).toEqual({ workflowid: 'ab12', processid: '' });
  });

  it('say nothing that is not there', () => {
    expect(linkTo('/lab', { workflowid: 'a&b', processid: '' })).toBe('/lab?colonies-run=a%26b');
    expect(readLink('?colonies-run=&colonies-process=cd34')).toBeNull();
    expect(readLink('?reset')).toBeNull();
  });

  it('leave the rest of an address as it is', () => {
    const address = 'http://host/user/x/lab/tree/a.ipynb?colonies-run=ab12&factory=Editor#part';
    expect(withoutLink(address)).toBe('/user/x/lab/tree/a.ipynb?factory=Editor#part');
    expect(withoutLink('http://host/lab?colonies-run=ab12&colonies-process=cd34')).toBe('/lab');
  });
});
