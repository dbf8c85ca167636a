import { TranslationBundle } from '@jupyterlab/translation';

import { ILook, lookOf, STATES } from '../colony/states';
import { durationText } from '../graph/duration';
import { counted, nameOf, stateOf, WAITING } from '../graph/node';
import { grouped } from '../graph/number';
import { short } from '../graph/words';
import { criticalPath, spansOf } from './criticalpath';
import { IRow, rows, rowText } from './gantt';
import { History } from './history';
import { NEVER } from './times';
import { endOf, isBegun, ITry, tries } from './tries';
import { STRIDE, Work } from './turns';

/** How much of a process's name a bar has. */
const NAME_COLUMNS = 60;

/** How much of a name the critical path has, and how many processes of it are named. */
const PATH_COLUMNS = 24;
const NAMED = 8;

const NONE = -1;

/**
 * A bar: row, lane, when it could begin, began and ended, state, try, name, and whether it is on
 * the critical path.
 *
 * The times are microseconds since the origin, -1 where there is none; the row is -1 for what waits
 * for an executor.
 */
export type Entry = [
  row: number,
  lane: number,
  ready: number,
  start: number,
  end: number,
  state: number,
  attempt: number,
  name: string,
  critical: number
];

/** What is said above and below the bars. */
export interface IHeading {
  title: string;
  state: ILook;
  summary: string;
  path: string;
  trouble: string;
  legend: (ILook & { count: number })[];
  exact: boolean;
}

/** What the chart is told: all but the bars, and those of the bars that have changed. */
export interface INews {
  heading: IHeading;
  rows: { name: string; lanes: number; text: string; share: number }[];
  /** Microseconds since 1970. */
  origin: number;
  end: number;
  going: boolean;
  path: number[];
  bars: Record<string, Entry>;
}

/** The bars of a run by their number, which they keep, and what of them has changed. */
export class Plot {
  constructor(
    readonly title: string,
    private readonly _trans: TranslationBundle
  ) {}

  readonly bars: Entry[] = [];

  /**
   * Take a history in; what the chart has to be told.
   *
   * @param now - microseconds since 1970, on the server's clock
   */
  *update(history: History, now: number, trouble = ''): Work<INews> {
    const { going } = history;
    now = going ? Math.max(now, history.end) : history.end;
    const found = yield* tries(history);
    yield;
    const made = yield* rows(found, now);
    yield;
    const path = yield* criticalPath(spansOf(history, found, now));
    yield;
    const changed = yield* this._enter(history, found, made, new Set(path));
    const whole = now - history.begin;
    return {
      heading: {
        title: this.title,
        state: lookOf(stateOf(counted(history.nodes.values())), this._trans),
        summary: this._summary(found, made, history, now),
        path: this._pathText(history, found, path, now),
        trouble,
        legend: this._legend(found),
        exact: history.exact
      },
      rows: made.map(row => ({
        name: row.executorname,
        lanes: row.lanes,
        text: rowText(row, whole, this._trans),
        share: whole ? row.busy / whole : 0
      })),
      origin: history.begin,
      end: now - history.begin,
      going,
      path: path.map(each => this.lastBar(each)),
      bars: Object.fromEntries(changed.map(number => [number, this.bars[number]]))
    };
  }

  /** The process that a bar belongs to; empty if there is no such bar. */
  process(number: number): string {
    return this._processes[number] ?? '';
  }

  /** The bar of the last try of a process; -1 if it has none. */
  lastBar(processid: string): number {
    return this._numbers.get(processid)?.at(-1) ?? NONE;
  }

  private *_enter(
    history: History,
    found: readonly ITry[],
    made: readonly IRow[],
    critical: ReadonlySet<string>
  ): Work<number[]> {
    const places = new Map<ITry, [row: number, lane: number]>();
    made.forEach((row, number) =>
      row.bars.forEach(([lane, each]) => places.set(each, [number, lane]))
    );
    const changed: number[] = [];
    let count = 0;
    for (const each of found) {
      const [row, lane] = places.get(each) ?? [NONE, 0];
      const entry: Entry = [
        row,
        lane,
        since(each.ready, history),
        since(each.start, history),
        since(each.end, history),
        each.state,
        each.number,
        this._name(each),
        Number(critical.has(each.node.processid))
      ];
      const number = this._numberOf(each);
      if (!isSame(this.bars[number], entry)) {
        this.bars[number] = entry;
        changed.push(number);
      }
      if ((count += 1) % STRIDE === 0) {
        yield;
      }
    }
    return changed;
  }

  private _numberOf({ node, number }: ITry): number {
    let numbers = this._numbers.get(node.processid);
    if (!numbers) {
      numbers = [];
      this._numbers.set(node.processid, numbers);
    }
    if (numbers[number - 1] === undefined) {
      numbers[number - 1] = this._processes.push(node.processid) - 1;
    }
    return numbers[number - 1];
  }

  private _name({ node }: ITry): string {
    const name = nameOf(node);
    let shortened = this._names.get(name);
    if (shortened === undefined) {
      shortened = short(name, NAME_COLUMNS);
      this._names.set(name, shortened);
    }
    return shortened;
  }

  /** The looks of bars in the order of their states, with how many there are of each. */
  private _legend(found: readonly ITry[]): IHeading['legend'] {
    const number = STATES.map(() => 0);
    found.filter(isBegun).forEach(each => (number[each.state] += 1));
    const back = { glyph: '↩', word: this._trans.__('Given back') };
    return STATES.map(state => ({
      ...lookOf(state, this._trans),
      ...(state === WAITING ? back : {}),
      count: number[state]
    }));
  }

  private _summary(
    found: readonly ITry[],
    made: readonly IRow[],
    history: History,
    now: number
  ): string {
    const trans = this._trans;
    const begun = found.filter(isBegun);
    const waiting = found.length - begun.length;
    const again = begun.filter(each => each.number > 1).length;
    const kept = [...history.nodes.values()].filter(node => node.keptfrom).length;
    const runs = trans._n('%2 run', '%2 runs', begun.length, grouped(begun.length));
    const executors = trans._n('%2 executor', '%2 executors', made.length, grouped(made.length));
    const parts = [trans.__('%1 on %2 in %3', runs, executors, durationText(now - history.begin))];
    if (again) {
      const text = grouped(again);
      parts.push(trans._n('%2 of them a retry', '%2 of them retries', again, text));
    }
    if (waiting) {
      const text = grouped(waiting);
      parts.push(trans._n('%2 waits for an executor', '%2 wait for an executor', waiting, text));
    }
    if (kept) {
      parts.push(trans.__('%1 kept from an earlier run', grouped(kept)));
    }
    return parts.join(', ');
  }

  /** The critical path in words: through what it leads, and how much of it was waiting. */
  private _pathText(
    history: History,
    found: readonly ITry[],
    path: readonly string[],
    now: number
  ): string {
    if (!path.length) {
      return '';
    }
    const onIt = new Set(path);
    const own = found.filter(each => isBegun(each) && onIt.has(each.node.processid));
    const ran = own.reduce((sum, each) => sum + endOf(each, now) - each.start, 0);
    const waited = own.reduce((sum, each) => sum + each.start - each.ready, 0);
    const named = (processid: string) => {
      const node = history.nodes.get(processid);
      return node ? short(nameOf(node), PATH_COLUMNS) : '';
    };
    const left = path.length - NAMED;
    const names =
      left > 0
        ? [
            ...path.slice(0, NAMED / 2).map(named),
            this._trans.__('… %1 more …', grouped(left)),
            ...path.slice(-NAMED / 2).map(named)
          ]
        : path.map(named);
    const times = this._trans.__(
      '%1 of running and %2 of waiting for executors',
      durationText(ran),
      durationText(waited)
    );
    return `${names.join(' → ')}: ${times}`;
  }

  private readonly _numbers = new Map<string, number[]>();
  private readonly _processes: string[] = [];
  private readonly _names = new Map<string, string>();
}

function since(moment: number, history: History): number {
  return moment > NEVER ? moment - history.begin : NONE;
}

function isSame(a: Entry | undefined, b: Entry): boolean {
  return a !== undefined && a.every((value, place) => value === b[place]);
}
