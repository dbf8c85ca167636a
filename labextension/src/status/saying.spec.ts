import { nullTranslator } from '@jupyterlab/translation';

import { Standing } from '../colony/colony';
import { sayingOf } from './saying';

const trans = nullTranslator.load('jupyter_colonies');

function said(standing: Standing, running: number | null = null, isHub = false) {
  return sayingOf(standing, running, { isHub }, trans);
}

describe('what is said of the server', () => {
  it('counts what runs as long as it is there', () => {
    expect(said('there').short).toBe('ready');
    expect(said('there', 0).short).toBe('ready');
    expect(said('resting', 3)).toMatchObject({
      short: '3 running',
      long: '3 processes are running.'
    });
    expect(said('there', 1).long).toBe('One process is running.');
  });

  it('says what can be done if it is not there', () => {
    expect(said('away', 3)).toMatchObject({ short: 'away', command: 'jupyter lab' });
    expect(said('away', 3, true).command).toBe('');
    expect(said('refused').short).toBe('session expired');
    expect(said('absent').command).toBe('jupyter server extension enable jupyter_colonies');
  });
});
