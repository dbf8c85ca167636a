import { TranslationBundle } from '@jupyterlab/translation';

import { isFinal, lookOf } from '../colony/states';
import { counted, FAILED, nameOf, RUNNING, WAITING } from '../graph/node';
import { grouped } from '../graph/number';
import { short } from '../graph/words';
import { BEFORE, History, IStep, NodeChange } from './history';
import { NEVER_TEXT } from './times';

/** Into how many stretches of time the strip above the slider is divided. */
const STRETCHES = 160;

/** Changes of one moment that are told one by one, and how much of a name they have. */
const TOLD = 6;
const NAME_COLUMNS = 40;

/** A run as it was at any moment of a history. */
export class Past {
  constructor(readonly history: History) {}

  /**
   * The processes that the run had at a moment, each in the state and place it had then.
   *
   * At the end of the history, and after it, they are the processes as last known; before its
   * beginning there are none. A process that is the same at two moments is the same object, unless
   * other processes have come or gone between them.
   */
  at(moment: number): NodeChange[] {
    const { history } = this;
    if (moment >= history.end) {
      return [...history.nodes.values()];
    }
    const there = new Map<string, NodeChange>();
    for (const node of history.nodes.values()) {
      if (history.submitted(node) <= moment) {
        there.set(node.processid, this._asItWas(node, moment));
      }
    }
    if (there.size < history.nodes.size) {
      this._putBack(there);
    }
    return [...there.values()];
  }

  private _asItWas(node: NodeChange, moment: number): NodeChange {
    const made = this.history.stepsUntil(node.processid, moment);
    const steps = this.history.steps(node.processid);
    const last = steps[made - 1];
    if (made === steps.length && (!last || last.state === node.state)) {
      return node;
    }
    const known = this._known.get(node.processid);
    if (known?.made === made) {
      return known.node;
    }
    const was = backThen(node, steps, made);
    this._known.set(node.processid, { made, node: was });
    return was;
  }

  /** Give the processes the parents and children that they had before others were added. */
  private _putBack(there: Map<string, NodeChange>): void {
    const parents = new Map<string, string[]>();
    const children = new Map<string, string[]>();
    for (const [processid, node] of there) {
      parents.set(processid, [...new Set(this._parents(there, node))]);
      children.set(processid, []);
    }
    for (const [processid, above] of parents) {
      above.forEach(parentid => children.get(parentid)?.push(processid));
    }
    for (const [processid, node] of there) {
      const above = parents.get(processid) ?? [];
      const below = children.get(processid) ?? [];
      if (!isSame(node.parents, above) || !isSame([...node.children].sort(), [...below].sort())) {
        there.set(processid, { ...node, parents: above, children: below });
      }
    }
  }

  /** Parents of a process; for one that was inserted above it later, that one's own parents. */
  private *_parents(there: Map<string, NodeChange>, node: NodeChange): Generator<string> {
    const { nodes, inserted } = this.history;
    for (const parentid of node.parents) {
      const parent = nodes.get(parentid);
      if (there.has(parentid) || !parent) {
        yield parentid;
      } else if (inserted.has(parentid)) {
        yield* this._parents(there, parent);
      }
    }
  }

  /** How the processes were after so many steps. */
  private readonly _known = new Map<string, { made: number; node: NodeChange }>();
}

function backThen(node: NodeChange, steps: readonly IStep[], made: number): NodeChange {
  const last = steps[made - 1] ?? BEFORE;
  let started = NEVER_TEXT;
  // What went back to the queue and ended there has no start.
  const endedInQueue = isFinal(last.state) && made > 1 && steps[made - 2].state === WAITING;
  if (last.state !== WAITING && !endedInQueue) {
    for (let place = made - 1; place >= 0 && started === NEVER_TEXT; place -= 1) {
      started = steps[place].state === RUNNING ? steps[place].text : started;
    }
  }
  return {
    ...node,
    state: last.state,
    executorname: last.executorname,
    retries: last.retries,
    starttime: started,
    endtime: isFinal(last.state) ? last.text : NEVER_TEXT
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, place) => each === b[place]);
}

/** What the slider has to know of a run; times are microseconds. */
export interface ISpan {
  /** Since 1970. */
  origin: number;
  end: number;
  going: boolean;
  /** How many moments of change are in each stretch. */
  many: number[];
  /** The stretches in which something failed. */
  failed: number[];
  trouble: string;
  exact: boolean;
}

/** How long the slider is, and where on it much happened and something failed. */
export function spanOf(history: History, moments: readonly number[], trouble = ''): ISpan {
  const whole = Math.max(history.end - history.begin, 1);
  const stretch = (moment: number) =>
    Math.min(Math.floor(((moment - history.begin) / whole) * STRETCHES), STRETCHES - 1);
  const many = new Array<number>(STRETCHES).fill(0);
  moments.forEach(moment => (many[stretch(moment)] += 1));
  const failed = new Set<number>();
  for (const processid of history.nodes.keys()) {
    const last = history.steps(processid).at(-1);
    if (last?.state === FAILED) {
      failed.add(stretch(last.at));
    }
  }
  return {
    origin: history.begin,
    end: whole,
    going: history.going,
    many,
    failed: [...failed].sort((a, b) => a - b),
    trouble,
    exact: history.exact
  };
}

/** What happened at a moment, in words: `part_1 ▶ Running on alpha`. */
export function changesAt(
  history: History,
  nodes: readonly NodeChange[],
  moment: number,
  trans: TranslationBundle
): string[] {
  if (moment === history.begin) {
    return [trans.__('The run was submitted')];
  }
  const found: string[] = [];
  for (const node of nodes) {
    const name = () => short(nameOf(node), NAME_COLUMNS);
    if (history.submitted(node) === moment) {
      found.push(trans.__('%1 was added', name()));
    }
    for (const step of history.steps(node.processid)) {
      if (step.at === moment) {
        found.push(inWords(step, name(), trans));
      }
    }
  }
  if (found.length > TOLD) {
    const left = found.length - TOLD;
    found.splice(TOLD, left, trans.__('and %1 more', grouped(left)));
  }
  return found;
}

function inWords(step: IStep, name: string, trans: TranslationBundle): string {
  if (step.state === WAITING) {
    return trans.__('%1 went back to the queue', name);
  }
  const { glyph, word } = lookOf(step.state, trans);
  const running = step.state === RUNNING && step.executorname;
  return running
    ? trans.__('%1 %2 %3 on %4', name, glyph, word, step.executorname)
    : `${name} ${glyph} ${word}`;
}

/** Progress in words: `3 of 7 finished`. */
export function progressText(nodes: readonly NodeChange[], trans: TranslationBundle): string {
  const going = counted(nodes);
  const finished = nodes.length - going[WAITING] - going[RUNNING];
  return trans.__('%1 of %2 finished', grouped(finished), grouped(nodes.length));
}

/**
 * The moment to which steps from change to change lead; null for now.
 *
 * @param moments - every moment at which something changed
 * @param from - where the steps begin, null for now
 * @param count - how many steps, back if negative
 * @param over - whether the run has ended: then its end is its last change
 */
export function stepFrom(
  moments: readonly number[],
  from: number | null,
  count: number,
  over: boolean
): number | null {
  let place: number;
  if (from === null) {
    place = moments.length + count - Number(over);
  } else {
    place = count > 0 ? countUntil(moments, from) + count - 1 : countBefore(moments, from) + count;
  }
  return moments[Math.max(place, 0)] ?? null;
}

/** How many of the moments, which rise, are at or before one. */
export function countUntil(moments: readonly number[], moment: number): number {
  return firstWhere(moments, each => each > moment);
}

function countBefore(moments: readonly number[], moment: number): number {
  return firstWhere(moments, each => each >= moment);
}

function firstWhere(moments: readonly number[], isBehind: (each: number) => boolean): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(moments[middle])) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
