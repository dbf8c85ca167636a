import { ISignal, Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { ITold } from '../server/feed';
import { ISeat, seatKey, seatsOf, serving } from './seat';
import { Ended, Work } from './work';

/** The shortest and the longest pause between two readings of the executors, in milliseconds. */
const PAUSE = 300;
const LONGEST_PAUSE = 2_000;

/** The entries of one page of executors. */
const PAGE = 500;

/** What is known of one executor. */
interface IKnown {
  executor: Documents['Executor'];
  seats: readonly ISeat[];
}

/**
 * The executors that are registered now, the cells they stand in, and what those run.
 *
 * They are read when the colony's events say that some came, went or changed, and not before
 * somebody wants to know.
 */
export class Seats {
  constructor(private readonly _colony: IColony) {
    this._work = new Work(_colony);
    this._work.changed.connect(() => this._changed.emit());
  }

  /** Emitted after anything that is told here has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the executors have been read at least once. */
  get known(): boolean {
    return this._read;
  }

  /** The executors that are registered now, by their names. */
  get executors(): ReadonlyMap<string, IKnown> {
    return this._known;
  }

  /** What is registered from a cell of a kernel; a cell may be part of several executors. */
  at(kernel: string, cell: string): readonly ISeat[] {
    return this._seats.get(seatKey({ kernel, cell })) ?? [];
  }

  /** The ids of the processes that a cell runs now. */
  running(seat: ISeat): readonly string[] {
    return this._work.running(seat.executorname, funcname => this._serves(seat, funcname));
  }

  /** The last process of a cell that ended since the cell was run; null if none did. */
  ended(seat: ISeat): Ended | null {
    const ended = this._work.ended(seat.executorname, funcname => this._serves(seat, funcname));
    return ended && Date.parse(ended.at) >= seat.since ? ended : null;
  }

  /** Begin to look; doing so again changes nothing. */
  follow(): void {
    if (this._follows) {
      return;
    }
    this._follows = true;
    this._colony.told.connect(this._hear, this);
    this._colony.standingChanged.connect((_, standing) => {
      // What changed while nobody listened is not told any more.
      if (standing === 'there') {
        this._want();
      }
    });
    void this._colony.ready.then(() => this._want());
  }

  private _serves(seat: ISeat, funcname: string): boolean {
    const known = this._known.get(seat.executorname);
    return known !== undefined && serving(known.seats, funcname) === seat;
  }

  private _hear(_: IColony, told: ITold): void {
    if (told.event === 'colony' || told.event === 'reset') {
      this._work.drop();
      this._want();
    } else if (told.event === 'changed') {
      const { changed } = told.data as Documents['Stirred'];
      if (changed.includes('executors')) {
        this._want();
      }
    } else if (told.event === 'process') {
      this._work.learn(told.data as Documents['ProcessChanged']);
    }
  }

  /** Read the executors soon; what is wanted meanwhile is read together. */
  private _want(): void {
    this._wanted = true;
    if (!this._reading) {
      this._reading = true;
      void this._readAll();
    }
  }

  private async _readAll(): Promise<void> {
    while (this._wanted) {
      this._wanted = false;
      const begun = Date.now();
      try {
        this._learn(await this._fetch());
        await this._work.meet(this._seatedExecutors());
      } catch {
        // The colony says by its standing that the server is away, and tells anew when it is back.
        break;
      }
      const pause = Math.min(Math.max(PAUSE, 2 * (Date.now() - begun)), LONGEST_PAUSE);
      await new Promise(resolve => window.setTimeout(resolve, pause));
    }
    this._reading = false;
  }

  private async _fetch(): Promise<Documents['Executor'][]> {
    const { colonyname } = await this._colony.ready;
    const found: Documents['Executor'][] = [];
    let cursor: string | undefined;
    do {
      const page: Documents['Page_Executor_'] = await this._colony.connection.get(
        '/colonies/{colonyname}/executors',
        { path: { colonyname }, query: { state: 'approved', limit: PAGE, cursor } }
      );
      found.push(...page.items);
      cursor = page.next || undefined;
    } while (cursor);
    return found;
  }

  private _learn(executors: readonly Documents['Executor'][]): void {
    const before = this._known;
    this._known = new Map();
    this._seats = new Map();
    for (const executor of executors) {
      const seats = seatsOf(executor);
      const name = executor.executorname;
      this._known.set(name, { executor, seats });
      for (const seat of seats) {
        this._seats.set(seatKey(seat), [...this.at(seat.kernel, seat.cell), seat]);
      }
      if (before.get(name)?.executor.executorid !== executor.executorid) {
        this._work.drop(name);
      }
    }
    this._read = true;
    this._changed.emit();
  }

  private _seatedExecutors(): string[] {
    return [...this._known].filter(([, { seats }]) => seats.length).map(([name]) => name);
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _work: Work;
  private _known = new Map<string, IKnown>();
  private _seats = new Map<string, ISeat[]>();
  private _follows = false;
  private _wanted = false;
  private _reading = false;
  private _read = false;
}
