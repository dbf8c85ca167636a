import { ISignal, Signal } from '@lumino/signaling';

import { Connection, Documents } from '../server/connection';

/** A workflow in short, or a process that belongs to none. */
export type Run = Documents['RunSummary'];

type Page = Documents['Page_RunSummary_'];

/** What the reader wants to see of all runs. */
export interface IWish {
  kind: '' | 'workflow' | 'process';
  state: '' | 'waiting' | 'running' | 'successful' | 'failed' | 'cancelled';
  /** A part of the name, or the beginning of the id. */
  search: string;
  oldestFirst: boolean;
}

/** The words of states, by their numbers. */
export const WORDS = ['waiting', 'running', 'successful', 'failed', 'cancelled'] as const;

/** All runs, the newest first. */
export const ALL: IWish = { kind: '', state: '', search: '', oldestFirst: false };

/** How a list is: nothing was read yet, it is there, or the last attempt to read it failed. */
export type Reading = 'empty' | 'reading' | 'read' | 'failed';

const FIRST = 100;
const FOLLOWING = 500;

/**
 * The runs that the reader wants to see, by page, kept as they are now.
 *
 * What is told of a run that is in the list changes it in its place. Others are asked for, together
 * and no more often than `flush` is called.
 */
export class RunList {
  constructor(
    private readonly _connection: Connection,
    private readonly _colonyname: string
  ) {}

  /** Told when rows came, went or changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get rows(): readonly Run[] {
    return this._rows;
  }

  get wish(): IWish {
    return this._wish;
  }

  get reading(): Reading {
    return this._reading;
  }

  /** Why the list could not be read, in the server's words; empty if it was. */
  get trouble(): string {
    return this._trouble;
  }

  /** Whether there are more runs than were read. */
  get more(): boolean {
    return this._next !== '';
  }

  /** Whether something was told that `flush` has not shown yet. */
  get stirred(): boolean {
    return this._workflows.size > 0 || this._processes.size > 0;
  }

  get(runid: string): Run | undefined {
    return this._byId.get(runid);
  }

  /** Read other runs, from the beginning. */
  async look(wish: Partial<IWish>): Promise<void> {
    this._wish = { ...this._wish, ...wish };
    this._fill([]);
    this._next = '';
    await this._read();
  }

  /** Read the list anew; what there is stays until that is done. */
  async renew(): Promise<void> {
    this._next = '';
    await this._read();
  }

  /** Read the next page, unless that is being done. */
  async follow(): Promise<void> {
    if (this._next && this._reading !== 'reading') {
      await this._read();
    }
  }

  /** An event of the colony. */
  learn(event: string, data: unknown): void {
    if (event === 'workflow') {
      const told = data as Documents['WorkflowState'];
      this._workflows.set(told.processgraphid, told);
    } else if (event === 'process') {
      const told = data as Documents['ProcessChanged'];
      if (!told.processgraphid) {
        this._processes.set(told.processid, told);
      }
    }
  }

  /** A run is not there any more. */
  forget(runid: string): void {
    const run = this._byId.get(runid);
    if (run) {
      this._rows.splice(this._rows.indexOf(run), 1);
      this._byId.delete(runid);
      this._changed.emit();
    }
  }

  /** Bring in what was told. Rejects if what is new can't be asked for; it is tried again then. */
  async flush(): Promise<void> {
    const told = [...this._workflows.values()].map(ofWorkflow);
    told.push(...[...this._processes.values()].map(ofProcess));
    this._workflows.clear();
    this._processes.clear();
    let strangers = 0;
    for (const { runid, change } of told) {
      const run = this._byId.get(runid);
      if (run) {
        // What was read with a later revision is newer than what is told.
        if (change.revision >= run.revision) {
          Object.assign(run, change);
        }
      } else {
        strangers += 1;
      }
    }
    if (told.length > strangers) {
      this._sift();
      this._changed.emit();
    }
    if (strangers && this._reading === 'read') {
      await this.greet();
    }
  }

  /** Ask for the first runs, put in those that are new, and take out those that were removed. */
  async greet(): Promise<void> {
    const wish = this._wish;
    if (wish.oldestFirst && this._next) {
      return;
    }
    const page = await this._page('', FIRST, false);
    if (wish !== this._wish) {
      return;
    }
    const oldest = page.next ? moment(page.items[page.items.length - 1]) : -Infinity;
    const boundary = this._boundary(oldest);
    const [from, to] = wish.oldestFirst ? [boundary, this._rows.length] : [0, boundary];
    const last = this._rows[this._rows.length - 1];
    const room = Math.max(oldest, this._next && last ? moment(last) : -Infinity);
    const now = page.items.filter(each => moment(each) > room || this._byId.has(each.runid));
    const known = now.map(each => Object.assign(this._byId.get(each.runid) ?? each, each));
    const among = new Set(known);
    const there = new Set(this._rows.slice(from, to));
    there.forEach(each => among.has(each) || this._byId.delete(each.runid));
    // What is known and not among these stands where it stood, next to them.
    const fresh = known.filter(each => there.has(each) || !this._byId.has(each.runid));
    fresh.forEach(each => this._byId.set(each.runid, each));
    this._rows.splice(from, to - from, ...(wish.oldestFirst ? fresh.reverse() : fresh));
    this._changed.emit();
  }

  private async _read(): Promise<void> {
    const [wish, cursor] = [this._wish, this._next];
    const turn = ++this._turn;
    this._reading = 'reading';
    this._trouble = '';
    this._changed.emit();
    try {
      const page = await this._page(cursor, cursor ? FOLLOWING : FIRST, wish.oldestFirst);
      if (turn !== this._turn) {
        return;
      }
      if (!cursor) {
        this._fill([]);
      }
      for (const each of page.items) {
        if (!this._byId.has(each.runid)) {
          this._byId.set(each.runid, each);
          this._rows.push(each);
        }
      }
      this._next = page.next ?? '';
      this._reading = 'read';
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._trouble = error instanceof Error ? error.message : String(error);
      this._reading = 'failed';
    }
    this._changed.emit();
  }

  private _page(cursor: string, limit: number, oldestFirst: boolean): Promise<Page> {
    const { kind, state, search } = this._wish;
    return this._connection.get('/colonies/{colonyname}/runs', {
      path: { colonyname: this._colonyname },
      query: {
        limit,
        ...(cursor ? { cursor } : {}),
        ...(kind ? { kind } : {}),
        ...(state ? { state } : {}),
        ...(search ? { search } : {}),
        sort: oldestFirst ? 'submissiontime' : '-submissiontime'
      }
    });
  }

  /** How many rows come before those that are older than a moment, or newer with the oldest first. */
  private _boundary(at: number): number {
    const { oldestFirst } = this._wish;
    let [low, high] = [0, this._rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const newer = moment(this._rows[middle]) > at;
      if (newer === oldestFirst) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Take out what the reader does not want to see since its state has changed. */
  private _sift(): void {
    const { state } = this._wish;
    if (state && this._rows.some(each => WORDS[each.state] !== state)) {
      this._fill(this._rows.filter(each => WORDS[each.state] === state));
    }
  }

  private _fill(rows: Run[]): void {
    this._rows = rows;
    this._byId = new Map(rows.map(each => [each.runid, each]));
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _workflows = new Map<string, Documents['WorkflowState']>();
  private readonly _processes = new Map<string, Documents['ProcessChanged']>();
  private _rows: Run[] = [];
  private _byId = new Map<string, Run>();
  private _wish = ALL;
  private _reading: Reading = 'empty';
  private _trouble = '';
  private _next = '';
  private _turn = 0;
}

/** When a run was submitted, in milliseconds since 1970. */
export function moment(run: Run): number {
  return Date.parse(run.submissiontime);
}

/** How many of a run's processes there are, and how many of them have come to an end. */
export function progress(run: Run): { total: number; finished: number } {
  const finished = run.successful + run.failed + run.cancelled;
  return { total: finished + run.waiting + run.running, finished };
}

interface IChange {
  runid: string;
  change: Partial<Run> & { revision: number };
}

function ofWorkflow(told: Documents['WorkflowState']): IChange {
  const { processgraphid, success = 0, revision = 0, ...rest } = told;
  return { runid: processgraphid, change: { ...rest, revision, successful: success } };
}

function ofProcess({
  processid,
  state = 0,
  executorname,
  at
}: Documents['ProcessChanged']): IChange {
  const [waiting, running, successful, failed, cancelled] = WORDS.map((_, each) =>
    each === state ? 1 : 0
  );
  const counts = { waiting, running, successful, failed, cancelled };
  const times = state === 1 ? { starttime: at } : state > 1 ? { endtime: at } : {};
  return {
    runid: processid,
    change: { revision: 0, state, ...counts, ...times, ...(executorname ? { executorname } : {}) }
  };
}
