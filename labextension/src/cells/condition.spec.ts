import { nullTranslator } from '@jupyterlab/translation';
import { TextEncoder } from 'util';

import { badgesOf, IFacts } from './condition';
import { digest } from './digest';
import { readCell } from './executorline';
import { ISeat, seatsOf, serving } from './seat';

Object.assign(globalThis, { TextEncoder });

const SOURCE = '%%colonies executor e\nsum(args)';
const trans = nullTranslator.load('jupyter_colonies');

function seat(fields: Partial<ISeat> = {}): ISeat {
  return {
    executorname: 'e',
    executortype: 'e',
    cell: 'c',
    version: digest(SOURCE),
    notebook: '/n.ipynb',
    kernel: 'k',
    functions: ['*'],
    since: 0,
    ...fields
  };
}

function told(fields: Partial<IFacts> = {}, source = SOURCE): string[] {
  const facts: IFacts = {
    source,
    kind: readCell(source),
    hasKernel: true,
    standing: 'there',
    seats: [],
    former: [],
    elsewhere: () => '',
    running: () => 0,
    ended: () => null,
    ...fields
  };
  return badgesOf(facts, trans).map(({ condition, words }) => `${condition}: ${words}`);
}

describe('the badges of a cell', () => {
  it('say how what is registered from it is', () => {
    const failed = { state: 3 as const };
    expect(told({ seats: [seat()] })).toEqual(['idle: idle']);
    expect(told({ seats: [seat()], running: () => 2, ended: () => failed })).toEqual([
      'running: running 2'
    ]);
    expect(told({ seats: [seat()], ended: () => failed })).toEqual(['failed: last run failed']);
    expect(told({ seats: [seat()] }, `${SOURCE}\n`)).toEqual(['idle: idle']);
    expect(told({ seats: [seat()] }, `${SOURCE} + 1`)).toEqual(['stale: stale source']);
    expect(told({ seats: [seat()], running: () => 1 }, 'other')).toEqual([
      'stale: running 1, stale source'
    ]);
    expect(told({ seats: [seat({ version: '' })] }, 'other')).toEqual(['idle: idle']);
    expect(told({ seats: [seat(), seat({ executorname: 'f' })] })).toHaveLength(2);
  });

  it('say that nothing is registered from it', () => {
    expect(told()).toEqual(['gone: not registered']);
    expect(told({ hasKernel: false })).toEqual(['gone: kernel gone']);
    const elsewhere = () => '/copy.ipynb';
    expect(told({ elsewhere })).toEqual(['elsewhere: runs elsewhere']);
    expect(told({}, 'x = 1')).toEqual([]);
    const code = '@colony.function(executor="e")\ndef f(): pass';
    const former = [seat({ version: digest(code) })];
    expect(told({ former }, code)).toEqual(['gone: not registered']);
    expect(told({ former }, 'x = 1')).toEqual([]);
  });

  it('do not claim to know what the server does not tell', () => {
    expect(told({ standing: 'away', seats: [seat()] })).toEqual(['unknown: server away']);
    expect(told({ standing: 'refused' })).toEqual(['unknown: session expired']);
    expect(told({ standing: 'resting', seats: [seat()] })).toEqual(['idle: idle']);
  });
});

describe('the cells that an executor stands in', () => {
  it('are read from its capabilities, whatever else is there', () => {
    const entry = {
      name: 'c',
      type: 'notebook cell',
      version: 'd',
      notebook: '/n.ipynb',
      kernel: 'k',
      functions: ['f', 7],
      since: '1970-01-01T00:00:01.000Z'
    };
    const software = [null, 'x', { name: 'numpy', type: 'library' }, entry, { ...entry, name: 3 }];
    const executor = { executorname: 'e', executortype: 't', capabilities: { software } };
    expect(seatsOf(executor as never)).toEqual([
      seat({ executortype: 't', version: 'd', functions: ['f'], since: 1000 })
    ]);
    expect(seatsOf({ executorname: 'e', capabilities: null } as never)).toEqual([]);
  });

  it('are served by the one that names a function, or by the one for any', () => {
    const [any, one] = [seat(), seat({ functions: ['f'] })];
    expect(serving([any, one], 'f')).toBe(one);
    expect(serving([any, one], 'g')).toBe(any);
    expect(serving([one], 'g')).toBeNull();
  });
});
