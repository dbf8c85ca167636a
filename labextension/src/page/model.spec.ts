import { PageModel } from './model';

describe('PageModel', () => {
  it('tells of changes, and only of changes', () => {
    const model = new PageModel({ selected: '' });
    const seen: unknown[] = [];
    const look = () => seen.push(model.get('selected'));
    model.on('change:selected change:other', look);
    model.set('selected', 'a');
    model.set('selected', 'a');
    model.update({ selected: 'b', other: 1 });
    model.off('change:selected', look);
    model.set('selected', 'c');
    expect(seen).toEqual(['a', 'b', 'b']);
  });

  it('carries messages both ways', () => {
    const heard: unknown[] = [];
    const model = new PageModel({}, message => heard.push(message));
    model.on('msg:custom', (message: unknown) => heard.push(message));
    model.send({ wish: 'all' });
    model.tell({ rows: [] });
    expect(heard).toEqual([{ wish: 'all' }, { rows: [] }]);
  });
});
