import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { IColony, Standing } from '../colony/colony';
import { isFinal } from '../colony/states';
import { Documents } from '../server/connection';
import { NotReached, Refused } from '../server/failure';
import { Feed, FeedState, ITold } from '../server/feed';
import { Logbook } from './logbook';
import { nameOf, Process } from './process';
import { StoredValues } from './storedvalues';
import { Bundle, references } from './values';

/** Parents, and children, that are named. */
const MOST_RELATIVES = 24;

const LOG = '/processes/{processid}/log/events';

/** What is known of a value that is kept as a file: what its author saw, or why it is not shown. */
export type Seen = { kind: 'rich'; bundle: Bundle } | { kind: 'text'; text: string };

/** How a process is followed. */
export interface IFollowed {
  colony: IColony;
  processid: string;
  trans: TranslationBundle;
  /** The name of a process that the reader sees elsewhere, if it is known there. */
  nameOf: (processid: string) => string | undefined;
}

/**
 * What is known of one process, and its log, as long as somebody looks at it.
 *
 * The log is pushed, and with it that the process has changed; then it is fetched again. While the
 * server is away, nothing is asked until it is back.
 */
export class Following implements IDisposable {
  constructor(private readonly _followed: IFollowed) {
    this.processid = _followed.processid;
    _followed.colony.standingChanged.connect(this._attend, this);
    void this.refresh();
  }

  readonly processid: string;

  /** The process as it is known; null before it was fetched. */
  process: Process | null = null;

  /** The name of the executor that runs it; empty while it is not known. */
  executorname = '';

  /** The names of parents and children, as far as they are known. */
  names: ReadonlyMap<string, string> = new Map();

  /** What happened to it, if it was tried more than once. */
  events: Documents['ProcessEvent'][] = [];

  /** What is known of values that are kept as files, by label and name of the file. */
  seen: ReadonlyMap<string, Seen> = new Map();

  /** Values that were kept as files and have been fetched, by label and name of the file. */
  fetched: ReadonlyMap<string, unknown> = new Map();

  logbook = new Logbook();

  /** Whether the process is not there any more. */
  removed = false;

  /** What keeps the news away, in words; empty if they come. */
  trouble = '';

  /** Whether more of the log may come. */
  get live(): boolean {
    return !this.removed && !(this._feed?.state === 'over' || this._withoutLog);
  }

  /** Told whenever there is news. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._abort.signal.aborted;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._abort.abort();
      this._followed.colony.standingChanged.disconnect(this._attend, this);
      this._feed?.dispose();
      Signal.clearData(this);
    }
  }

  /** Fetch the process; what is asked for meanwhile is done once, after that. */
  async refresh(): Promise<void> {
    this._wanted += 1;
    if (this._wanted > 1 || this.removed) {
      return;
    }
    do {
      this._wanted = 1;
      try {
        await this._fetch();
      } catch (error) {
        this._fail(error);
      }
    } while (this._wanted > 1 && !this.isDisposed);
    this._wanted = 0;
  }

  /** Say that the process, or the workflow it belongs to, was removed. */
  leave(): void {
    this.removed = true;
    this._feed?.dispose();
    this.trouble = this.process
      ? this._followed.trans.__('This process was removed. Below is what was known of it.')
      : this._followed.trans.__('There is no such process: it may have been removed.');
    this._changed.emit();
  }

  /** Fetch what the author of a value saw of it, once. */
  async look(file: string): Promise<void> {
    const reference = this.process && references(this.process).get(file);
    if (!reference?.rich || this._looked.has(file)) {
      return;
    }
    this._looked.add(file);
    await this._keep(file, async () => {
      const bundle = await this._stored().rich(reference, this._abort.signal);
      this.seen = new Map([...this.seen, [file, { kind: 'rich', bundle }]]);
    });
  }

  /** Fetch a value that is kept as a file. */
  async fetchValue(file: string): Promise<void> {
    const reference = this.process && references(this.process).get(file);
    if (reference) {
      await this._keep(file, async () => {
        const value = await this._stored().value(reference, this._abort.signal);
        this.fetched = new Map([...this.fetched, [file, value]]);
      });
    }
  }

  private async _keep(file: string, fetch: () => Promise<void>): Promise<void> {
    try {
      await fetch();
    } catch (error) {
      if (this.isDisposed) {
        return;
      }
      const why = error instanceof Error ? error.message : String(error);
      const text = this._followed.trans.__("It can't be shown: %1", why);
      this.seen = new Map([...this.seen, [file, { kind: 'text', text }]]);
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _stored(): StoredValues {
    const { colony, trans } = this._followed;
    const colonyname = this.process?.spec?.conditions?.colonyname ?? '';
    return new StoredValues(colony.connection, colonyname, trans);
  }

  private async _fetch(): Promise<void> {
    const { connection } = this._followed.colony;
    const { signal } = this._abort;
    const path = { processid: this.processid };
    const process = await connection.get('/processes/{processid}', { path, signal });
    this.process = process;
    this.trouble = '';
    this._changed.emit();
    await this._listen(process);
    await Promise.all([
      this._nameRelatives(process),
      this._nameExecutor(process),
      this._readTries(process)
    ]);
    this._changed.emit();
  }

  /** Follow the log. That of a result that was kept is the one of the process that did the work. */
  private async _listen(process: Process): Promise<void> {
    if (this._feed || this._withoutLog) {
      return;
    }
    const { connection } = this._followed.colony;
    const processid = process.keptfrom || process.processid;
    if (process.keptfrom) {
      try {
        const { signal } = this._abort;
        await connection.get('/processes/{processid}', { path: { processid }, signal });
      } catch (error) {
        if (error instanceof Refused && error.status === 404) {
          this._withoutLog = true;
          return;
        }
        throw error;
      }
    }
    const feed = new Feed(connection, LOG, { processid }, this._after);
    this._feed = feed;
    feed.told.connect((_, told) => this._learn(told, Boolean(process.keptfrom)));
    feed.stateChanged.connect((_, state) => this._follow(state));
  }

  private _learn({ id, event, data }: ITold, isOther: boolean): void {
    this._after = id;
    if (event === 'reset') {
      this.logbook = new Logbook();
    }
    if (event === 'notes') {
      const notes = data as Documents['Notes'];
      this.logbook.add(notes.lines);
      this._complete = notes.ended;
      if (!isOther && this.process) {
        this._note(notes, this.process);
      }
    }
    this._changed.emit();
  }

  private _note(notes: Documents['Notes'], process: Process): void {
    if (notes.attributes) {
      this.process = { ...process, attributes: notes.attributes };
    }
    const [isFirst, isSame] = [!this._noted, notes.state === process.state];
    this._noted = true;
    // A process that was given back and taken again is in the state that it was in.
    if (notes.state !== undefined && !(isSame && (isFirst || isFinal(process.state)))) {
      void this.refresh();
    }
  }

  private _follow(state: FeedState): void {
    if (state === 'away' || state === 'live' || state === 'over') {
      // A websocket that is refused doesn't say why: a request does.
      const isSettled = state === 'over' && this._complete;
      if (!isSettled && !(state === 'live' && !this.trouble)) {
        void this.refresh();
      }
      this._changed.emit();
    }
  }

  private _fail(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    const { trans } = this._followed;
    if (error instanceof Refused && error.status === 404) {
      this.leave();
      return;
    }
    if (error instanceof Refused && error.unknown) {
      this.trouble = trans.__(
        'Your session at this Jupyter server has expired: reload the page to sign in again.'
      );
      this._feed?.dispose();
      this._feed = null;
    } else if (error instanceof NotReached) {
      this.trouble = trans.__('The Jupyter server does not answer. It goes on here once it does.');
    } else {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this._changed.emit();
  }

  /** The server is back: what was missed is looked for. */
  private _attend(_: IColony, standing: Standing): void {
    if (standing === 'there' && (this.trouble || !this.process)) {
      void this.refresh();
    }
  }

  private async _nameRelatives(process: Process): Promise<void> {
    const { nameOf: known } = this._followed;
    const wanted = [
      ...process.parents.slice(0, MOST_RELATIVES),
      ...process.children.slice(0, MOST_RELATIVES)
    ];
    const found = await Promise.all(
      wanted.map(async (id): Promise<[string, string]> => {
        return [id, known(id) || this.names.get(id) || (await this._ask(id))];
      })
    );
    const names = new Map(found.filter(([, name]) => name));
    if ([...names].join() !== [...this.names].join()) {
      this.names = names;
    }
  }

  private async _ask(processid: string): Promise<string> {
    try {
      const { connection } = this._followed.colony;
      const { signal } = this._abort;
      return nameOf(
        await connection.get('/processes/{processid}', { path: { processid }, signal })
      );
    } catch (error) {
      if (error instanceof Refused) {
        return '';
      }
      throw error;
    }
  }

  private async _nameExecutor(process: Process): Promise<void> {
    const executorid = process.assignedexecutorid;
    if (executorid === this._executorid) {
      return;
    }
    this._executorid = executorid;
    this.executorname = '';
    const colonyname = process.spec?.conditions?.colonyname ?? '';
    let cursor: string | undefined;
    do {
      const page = await this._followed.colony.connection.get('/colonies/{colonyname}/executors', {
        path: { colonyname },
        query: {
          executortype: process.spec?.conditions?.executortype,
          limit: 500,
          ...(cursor ? { cursor } : {})
        },
        signal: this._abort.signal
      });
      const found = page.items.find(each => each.executorid === executorid);
      this.executorname = found?.executorname ?? this.executorname;
      cursor = found ? undefined : page.next;
    } while (cursor && executorid);
  }

  /** The events of the process, if it ran more than once. */
  private async _readTries(process: Process): Promise<void> {
    const { retries, processgraphid: workflowid, processid } = process;
    if (!retries || !workflowid) {
      return;
    }
    const found: Documents['ProcessEvent'][] = [];
    let [after, latest] = [0, 1];
    while (after < latest) {
      const page = await this._followed.colony.connection.get('/workflows/{workflowid}/history', {
        path: { workflowid },
        query: { after },
        signal: this._abort.signal
      });
      found.push(...page.events.filter(each => each.processid === processid));
      if (page.revision <= after) {
        break;
      }
      [after, latest] = [page.revision, page.latest];
    }
    this.events = found;
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _abort = new AbortController();
  private readonly _looked = new Set<string>();
  private _feed: Feed | null = null;
  private _after = '';
  private _noted = false;
  private _complete = false;
  private _withoutLog = false;
  private _wanted = 0;
  private _executorid = '';
}
