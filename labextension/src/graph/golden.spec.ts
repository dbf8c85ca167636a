import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { resolve } from 'path';

import { waiting } from '../testing/node';
import type { IHeading } from './heading';
import type { Node, State } from './node';
import { ISight, Scene } from './scene';
import { changes, Sketch } from './sketch';

const FILE = resolve(__dirname, '../../../tests/drawn/golden.json');
const CASES = JSON.parse(readFileSync(FILE, 'utf-8')) as ICase[];

const NEVER = '0001-01-01T00:00:00Z';
const BEGUN = '2026-11-23T01:00:00.250000Z';
const ENDED = '2026-11-23T01:03:05.125500Z';

/** A process as it is written: how often, function, parents counted back, and perhaps a name. */
type Written = [number, string, (number | [number, number])[], string?];

interface IStep {
  states?: string;
  learn?: Record<string, Partial<Node>>;
  look?: ISight;
  open?: number;
  close?: number | null;
  moment?: string | null;
  tell?: string;
}

interface ICase {
  name: string;
  processes: Written[];
  steps: IStep[];
  seen: Record<string, unknown>[];
}

interface IProcess {
  name: string;
  function: string;
  parents: number[];
}

const identity = (number: number) => `p${String(number).padStart(5, '0')}`;

function read(written: Written[]): IProcess[] {
  const graph: IProcess[] = [];
  for (const [times, does, back, name] of written) {
    for (let each = 0; each < times; each += 1) {
      const number = graph.length;
      const parents = back.flatMap(row => {
        const [first, last] = typeof row === 'number' ? [row, row] : row;
        return Array.from({ length: last - first + 1 }, (_, place) => number + first + place);
      });
      graph.push({ name: name ?? `n${number}`, function: does, parents });
    }
  }
  return graph;
}

function nodesOf(graph: IProcess[], digits: string): Node[] {
  return [...digits].flatMap((digit, number) => {
    if (digit === '.') {
      return [];
    }
    const state = Number(digit) as State;
    const { name, function: funcname, parents } = graph[number];
    return {
      ...document(number, {}),
      nodename: name,
      funcname,
      executortype: 'py',
      state,
      executorname: state ? `worker-${number % 3}` : '',
      starttime: state ? BEGUN : NEVER,
      endtime: state > 1 ? ENDED : NEVER,
      parents: parents.map(identity)
    };
  });
}

function document(number: number, fields: Partial<Node>): Node {
  return waiting({ processid: identity(number), ...fields });
}

/** A value with the keys of its objects in order, so that the same has the same text. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(fields.map(([name, each]) => [name, ordered(each)]));
  }
  return value;
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('hex')
    .slice(0, 16);
}

/** Takes the steps of a case, as `tests/drawn/golden.py` does with the rules of the kernel. */
class Replay {
  constructor({ name, processes }: ICase) {
    this._graph = read(processes);
    this._scene = new Scene('f'.repeat(64), name);
  }

  take(step: IStep): Record<string, unknown> {
    const scene = this._scene;
    if (step.states !== undefined) {
      scene.learn(nodesOf(this._graph, step.states));
    } else if (step.learn) {
      const documents = Object.entries(step.learn);
      scene.learn(documents.map(([number, fields]) => document(Number(number), fields)));
    } else if (step.look) {
      scene.sight = step.look;
    } else if (step.open !== undefined) {
      const drawn = [...this._drawn];
      const folds = drawn.filter(([, { data }]) => data.counts).map(([name]) => name);
      scene.open(folds.length ? folds[step.open % folds.length] : 'none');
    } else if (step.close !== undefined) {
      const opened = this._heading?.opened ?? [];
      scene.close(step.close === null || !opened.length ? '' : opened[step.close].id);
    } else if (step.moment !== undefined) {
      scene.showStates(step.moment === null ? null : nodesOf(this._graph, step.moment));
    } else {
      scene.trouble = step.tell ?? '';
    }
    return this._look();
  }

  private _look(): Record<string, unknown> {
    const { heading, drawn, rows } = this._scene.view();
    const told = changes(this._drawn, drawn);
    this._drawn = drawn;
    this._heading = heading;
    return {
      heading,
      drawn: [...drawn.values()],
      changes: told,
      rows: [...rows]
    };
  }

  private readonly _graph: IProcess[];
  private readonly _scene: Scene;
  private _drawn: Sketch = new Map();
  private _heading: IHeading | null = null;
}

/** What is seen as far as it is kept: all of it, or digests of the parts of a large picture. */
function kept(seen: Record<string, unknown>, as: Record<string, unknown>): unknown {
  const parts = Object.entries(seen).map(([name, part]) => {
    const small = typeof as[name] !== 'string';
    const shown = name === 'heading' && 'string' === typeof as.drawn;
    return [name, shown ? { ...(part as object), legend: [] } : small ? part : digest(part)];
  });
  return Object.fromEntries(parts);
}

describe('the rules of a graph', () => {
  it.each(CASES.map((each): [string, ICase] => [each.name, each]))(
    'are those of the kernel: %s',
    (_, each) => {
      const replay = new Replay(each);
      each.steps.forEach((step, number) => {
        expect(kept(replay.take(step), each.seen[number])).toEqual(each.seen[number]);
      });
    }
  );
});
