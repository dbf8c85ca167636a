import { History } from './history';
import { NEVER } from './times';
import { endOf, isBegun, ITry } from './tries';
import { STRIDE, Work } from './turns';

/** How long a process took, in microseconds: from when it could be taken until it ended. */
export interface ISpan {
  ready: number;
  end: number;
  parents: readonly string[];
}

/** The spans of all processes that have begun, since the submission; what runs ends `now`. */
export function spansOf(history: History, tries: readonly ITry[], now: number): Map<string, ISpan> {
  const spans = new Map<string, ISpan>();
  for (const each of tries) {
    if (!isBegun(each)) {
      continue;
    }
    const end = endOf(each, now) - history.begin;
    const span = spans.get(each.node.processid);
    if (span) {
      span.end = end;
    } else {
      const ready = (each.ready > NEVER ? each.ready : each.start) - history.begin;
      spans.set(each.node.processid, { ready, end, parents: each.node.parents });
    }
  }
  return spans;
}

interface IChain {
  key: string;
  span: ISpan;
  /** Its place among all: of equal chains the one whose processes come first is taken. */
  rank: number;
  /** The waiting and running of the longest chain that ends with it. */
  longest: number;
  before: IChain | null;
  parents: IChain[];
  children: IChain[];
  /** Parents that are still to be reckoned with. */
  open: number;
}

/**
 * The chain with the most waiting and running that leads to the process that ended last.
 *
 * Only waiting that a process did while it could have been taken counts. Parents that have no span
 * are ignored.
 */
export function* criticalPath(spans: ReadonlyMap<string, ISpan>): Work<string[]> {
  const chains = chainsOf(spans);
  const open = [...chains.values()].filter(each => each.open === 0);
  let last: IChain | null = null;
  for (let count = 1; open.length; count += 1) {
    const each = open.pop()!;
    each.longest = each.span.end - each.span.ready;
    for (const parent of each.parents) {
      if (!each.before || goesBefore(parent, each.before)) {
        each.before = parent;
      }
    }
    each.longest += each.before?.longest ?? 0;
    if (!last || each.span.end > last.span.end) {
      last = each;
    } else if (each.span.end === last.span.end && goesBefore(each, last)) {
      last = each;
    }
    open.push(...each.children.filter(child => (child.open -= 1) === 0));
    if (count % STRIDE === 0) {
      yield;
    }
  }
  const path: string[] = [];
  for (let each = last; each; each = each.before) {
    path.push(each.key);
  }
  return path.reverse();
}

function chainsOf(spans: ReadonlyMap<string, ISpan>): Map<string, IChain> {
  const chains = new Map<string, IChain>();
  for (const [key, span] of spans) {
    const rank = chains.size;
    const none = { before: null, parents: [], children: [] };
    chains.set(key, { key, span, rank, longest: 0, open: 0, ...none });
  }
  for (const each of chains.values()) {
    for (const parentid of each.span.parents) {
      const parent = chains.get(parentid);
      if (parent) {
        each.parents.push(parent);
        parent.children.push(each);
        each.open += 1;
      }
    }
  }
  return chains;
}

function goesBefore(a: IChain, b: IChain): boolean {
  return a.longest > b.longest || (a.longest === b.longest && a.rank < b.rank);
}
