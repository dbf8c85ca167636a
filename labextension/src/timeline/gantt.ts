import { TranslationBundle } from '@jupyterlab/translation';

import { durationText } from '../graph/duration';
import { fixed, grouped } from '../graph/number';
import { Heap } from './heap';
import { endOf, isBegun, ITry } from './tries';
import { STRIDE, Work } from './turns';

/** The row of tries whose executor nobody named. */
export const NO_EXECUTOR = '(no name)';

/** What one executor did. */
export interface IRow {
  executorname: string;
  /** As many as it ran processes at the same time. */
  lanes: number;
  /** The bars, each with its lane, in the order of their start. */
  bars: [lane: number, each: ITry][];
  /** How long it was busy, in microseconds. */
  busy: number;
}

/** How well an executor was used, in words, of the `whole` duration of the run (microseconds). */
export function rowText(row: IRow, whole: number, trans: TranslationBundle): string {
  const count = row.bars.length;
  const runs = trans._n('%2 run', '%2 runs', count, grouped(count));
  const many = row.lanes > 1 ? trans.__(', up to %1 at a time', row.lanes) : '';
  return trans.__(
    '%1%2; busy %3 of the time, idle %4',
    runs,
    many,
    `${fixed(100 * (whole ? row.busy / whole : 0), 0)}%`,
    durationText(Math.max(whole - row.busy, 0))
  );
}

/**
 * The rows in the order in which the executors began; `tries` are in order of their start.
 *
 * A bar is in the first lane that is free when it begins, so bars stay where they are while the run
 * goes on.
 */
export function* rows(tries: readonly ITry[], now: number): Work<IRow[]> {
  const found = new Map<string, { row: IRow; lanes: Lanes; busyUntil: number }>();
  let count = 0;
  for (const each of tries) {
    if (!isBegun(each)) {
      continue;
    }
    const executorname = each.executorname || NO_EXECUTOR;
    let entry = found.get(executorname);
    if (!entry) {
      const row = { executorname, lanes: 0, bars: [], busy: 0 };
      entry = { row, lanes: new Lanes(), busyUntil: each.start };
      found.set(executorname, entry);
    }
    const end = endOf(each, now);
    const lane = entry.lanes.take(each.start, end);
    entry.row.lanes = Math.max(entry.row.lanes, lane + 1);
    entry.row.bars.push([lane, each]);
    entry.row.busy += Math.max(end - Math.max(each.start, entry.busyUntil), 0);
    entry.busyUntil = Math.max(end, entry.busyUntil);
    if ((count += 1) % STRIDE === 0) {
      yield;
    }
  }
  return [...found.values()].map(({ row }) => row);
}

/** Which lanes of a row are free, and until when the others are taken. */
class Lanes {
  /** The first lane that is free from `start` on. */
  take(start: number, end: number): number {
    for (let first = this._taken.first; first && first.until <= start; first = this._taken.first) {
      this._free.push(first.lane);
      this._taken.pop();
    }
    const lane = this._free.pop() ?? this._taken.size;
    this._taken.push({ until: end, lane });
    return lane;
  }

  private readonly _free = new Heap<number>((a, b) => a < b);
  private readonly _taken = new Heap<{ until: number; lane: number }>((a, b) => a.until < b.until);
}
