import { readFileSync } from 'fs';

import { nullTranslator } from '@jupyterlab/translation';

import { Documents } from '../server/connection';
import * as account from './account';
import { Pen, StyledLine } from './console';
import { errors } from './failing';
import { asJson, asPython } from './speccode';
import { at, MORE, Node, tree } from './tree';
import { IShown, named, shown } from './values';

/** What Python makes of the same processes; see accounts.py beside the file. */
interface IAccounts {
  processes: { process: Documents['Process']; told: Record<string, unknown> }[];
  tries: { events: Documents['ProcessEvent'][]; told: account.ITry[] };
  lines: { lines: string[]; read: StyledLine[] }[];
  trees: {
    value: unknown;
    parts: { path: (string | number)[]; first: number; node: Node }[];
  };
}

const GOLDEN = JSON.parse(
  readFileSync('../tests/unit/widgets/inspector/accounts.json', 'utf-8')
) as IAccounts;
const NAMES = new Map([
  ['a', 'load'],
  ['b', '<img src=x onerror=alert(1)>']
]);

const trans = nullTranslator.load('');
const noRenderer = () => false;

/** Moments are texts that mean the same. */
function moments(told: unknown): Record<string, number> {
  const found = Object.entries(told as Record<string, string>);
  return Object.fromEntries(found.map(([name, when]) => [name, when ? Date.parse(when) : 0]));
}

function values(process: Documents['Process']): Record<string, IShown[]> {
  const parts = Object.entries(named(process, noRenderer, trans));
  return Object.fromEntries(
    parts.map(([part, found]) => [
      part,
      found.map(([name, value]) => {
        const told = shown(name, value, noRenderer);
        delete told.fetch;
        return told;
      })
    ])
  );
}

describe('what is told of a process is the same as in the kernel', () => {
  it.each(GOLDEN.processes.map((each, index) => [index, each]))('%i', (_, each) => {
    const { process, told } = each;
    const head = account.head(process, trans);
    delete head.fill;
    const spec = process.spec;
    expect({
      head,
      facts: account.facts(process, '', trans),
      values: values(process),
      errors: errors(process, trans),
      cell: account.cell(process),
      attributes: account.attributes(process, trans),
      progress: account.progress(process),
      relatives: account.relatives(process, NAMES),
      offers: account.offers(process, trans),
      spec: spec && {
        facts: account.asked(process, trans),
        json: account.cut(asJson(spec), trans),
        python: account.cut(asPython(spec), trans)
      }
    }).toEqual({ ...told, times: undefined });
    expect(moments(account.times(process))).toEqual(moments(told.times));
  });

  it('tries', () => {
    const { events, told } = GOLDEN.tries;
    const found = account.tries(events, trans);
    expect(found.map(({ executor, how }) => [executor, how])).toEqual(
      told.map(({ executor, how }) => [executor, how])
    );
    expect(found.map(({ ended }) => Date.parse(ended))).toEqual(
      told.map(({ ended }) => Date.parse(ended))
    );
    expect(account.tries(events.slice(0, 1), trans)).toEqual([]);
  });

  it.each(GOLDEN.lines.map((each, index) => [index, each]))('lines %i', (_, { lines, read }) => {
    const pen = new Pen();
    expect(lines.map(line => pen.read(line))).toEqual(read);
  });

  it('parts of a tree', () => {
    const { value, parts } = GOLDEN.trees;
    for (const { path, first, node } of parts) {
      expect({ path, first, node: tree(at(value, path), first, MORE) }).toEqual({
        path,
        first,
        node
      });
    }
    expect(at(value, ['none', 0])).toBeUndefined();
  });
});
