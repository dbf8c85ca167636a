import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { isFinal } from '../colony/states';
import { RunSession } from '../run/runsession';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { History, isGoing, NodeChange, Steps } from './history';
import { inferSteps } from './inference';
import { micros } from './times';

const HISTORY = '/workflows/{workflowid}/history';

/** Events that are asked for at a time: few enough that the page is not held up by them. */
const LIMIT = 4_000;

/** Before the history is read on, so long passes, in milliseconds; after a failure longer. */
const SOON = 1_000;
const LATE = 5_000;

/**
 * What happened in a run: read from the server once, then carried on by what the run's own changes
 * say.
 *
 * Changes say how processes are and not how they came to be so. Where that leaves open what
 * happened in between (two tries between two changes, processes that were inserted), the events
 * since the last reading are read, and so are they once when the run has ended.
 */
export class Chronicle implements IDisposable {
  /** The chronicle of a session, of which there is one however many show it. */
  static of(colony: IColony, session: RunSession): Chronicle {
    let found = CHRONICLES.get(session);
    if (!found || found.isDisposed) {
      found = new Chronicle(colony, session);
      CHRONICLES.set(session, found);
    }
    found._users += 1;
    return found;
  }

  private constructor(
    private readonly _colony: IColony,
    private readonly _session: RunSession
  ) {
    _session.changed.connect(this._learn);
    _session.restarted.connect(this._restart);
    _session.standingChanged.connect(this._attend);
    document.addEventListener('visibilitychange', this._attend);
    this._nodes = new Map(_session.nodes);
    if (this._nodes.size) {
      void this._read();
    }
  }

  /** Whether the history has been read, or could not be. */
  get isReady(): boolean {
    return this._nodes.size > 0 && (this._isRead || this._trouble !== '');
  }

  /** What is known now; inexact as long as the history could not be read. */
  get history(): History {
    this._history ??= new History(this._nodes, this._isRead ? this._steps : null);
    return this._history;
  }

  /** The present on the server's clock, in microseconds since 1970. */
  get now(): number {
    return Date.now() * 1000 + this._ahead;
  }

  /** Why the history could not be read; empty if it could. */
  get trouble(): string {
    return this._trouble;
  }

  /** Emitted when more, or something else, is known. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The moment that a replay shows, in microseconds since 1970; null while that is now. */
  get moment(): number | null {
    return this._moment;
  }

  set moment(moment: number | null) {
    if (moment !== this._moment) {
      this._moment = moment;
      this._momentChanged.emit(moment);
    }
  }

  get momentChanged(): ISignal<this, number | null> {
    return this._momentChanged;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** One of those who show it does so no longer; it ends with the last. */
  dispose(): void {
    this._users -= 1;
    if (this._users > 0 || this._disposed) {
      return;
    }
    this._disposed = true;
    window.clearTimeout(this._timer);
    document.removeEventListener('visibilitychange', this._attend);
    this._session.changed.disconnect(this._learn);
    this._session.restarted.disconnect(this._restart);
    this._session.standingChanged.disconnect(this._attend);
    this._asking.abort();
    Signal.clearData(this);
  }

  private readonly _learn = (_: RunSession, change: Documents['WorkflowChange']): void => {
    for (const node of change.nodes) {
      const before = this._nodes.get(node.processid);
      // Which of the new processes were inserted, only the events say.
      this._isOpen ||= before !== undefined && !isSame(before.parents, node.parents);
      this._nodes.set(node.processid, node);
      this._since.set(node.processid, change.revision);
    }
    if (this._isRead) {
      this._infer(change);
    } else {
      void this._read();
    }
    this._tell();
  };

  /** Take in what a change tells of what happened, and read what it leaves open. */
  private _infer({ nodes, state }: Pick<Documents['WorkflowChange'], 'nodes' | 'state'>): void {
    const steps = this._steps;
    for (const node of nodes) {
      const { processid } = node;
      if ((this._since.get(processid) ?? 0) > this._readTo) {
        if (!this._sure.has(processid)) {
          this._sure.set(processid, steps.of(processid).length);
        }
        this._isOpen = !inferSteps(steps, node) || this._isOpen;
      }
    }
    const isOver = isFinal(state) && !isGoing(this._nodes.values());
    if (this._isOpen || (isOver && this._sure.size)) {
      this._readLater(SOON);
    }
  }

  private _readLater(pause: number): void {
    if (!this._timer) {
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        void this._read();
      }, pause);
    }
  }

  /** Read the events that are new, page by page. */
  private async _read(): Promise<void> {
    if (this._reading || this._disposed) {
      return;
    }
    if (document.hidden) {
      this._isOpen = true;
      return;
    }
    this._reading = true;
    const { signal } = this._asking;
    try {
      for (let latest = Infinity; this._readTo < latest;) {
        const page = await this._colony.connection.get(HISTORY, {
          path: { workflowid: this._session.workflowid },
          query: { after: this._readTo, limit: LIMIT },
          signal
        });
        latest = page.latest;
        this._take(page);
      }
      this._catchUp();
    } catch (error) {
      if (!signal.aborted) {
        this._missed(error);
      }
    } finally {
      if (!signal.aborted) {
        this._reading = false;
      }
    }
  }

  /** What was read takes the place of what was inferred. */
  private _take(page: Documents['WorkflowHistory']): void {
    this._sure.forEach((count, processid) => this._steps.cut(processid, count));
    this._sure.clear();
    page.events.forEach(event => this._steps.take(event));
    this._readTo = page.revision;
    this._ahead = micros(page.now) - Date.now() * 1000;
  }

  /** All was read: what came since goes on from there. */
  private _catchUp(): void {
    this._isRead = true;
    this._isOpen = false;
    this._trouble = '';
    this._infer({ nodes: [...this._nodes.values()], state: this._session.state });
    this._tell();
  }

  private _missed(error: unknown): void {
    this._trouble = error instanceof Error ? error.message : String(error);
    this._isOpen = true;
    if (!(error instanceof Refused)) {
      this._readLater(LATE);
    }
    this._tell();
  }

  /** What is followed again, or seen again, may have been left open. */
  private readonly _attend = (): void => {
    const lacks = this._isOpen || (!this._isRead && this._nodes.size > 0);
    if (lacks && !document.hidden && this._session.standing === 'live') {
      void this._read();
    }
  };

  private readonly _restart = (): void => {
    this._asking.abort();
    this._asking = new AbortController();
    window.clearTimeout(this._timer);
    this._timer = 0;
    this._reading = false;
    this._nodes.clear();
    this._since.clear();
    this._sure.clear();
    this._steps = new Steps();
    this._isRead = false;
    this._readTo = 0;
    this._isOpen = false;
    this._trouble = '';
    this._tell();
  };

  private _tell(): void {
    this._history = null;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _momentChanged = new Signal<this, number | null>(this);
  private _moment: number | null = null;
  private readonly _nodes: Map<string, NodeChange>;
  /** The revision with which each process came as it is. */
  private readonly _since = new Map<string, number>();
  /** How many of the steps of a process were read, if others were inferred. */
  private readonly _sure = new Map<string, number>();
  private _steps = new Steps();
  private _isRead = false;
  private _history: History | null = null;
  private _readTo = 0;
  private _isOpen = false;
  private _reading = false;
  private _trouble = '';
  private _asking = new AbortController();
  private _timer = 0;
  private _users = 0;
  /** How far the server's clock is ahead of the page's, in microseconds. */
  private _ahead = 0;
  private _disposed = false;
}

const CHRONICLES = new WeakMap<RunSession, Chronicle>();

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, place) => each === b[place]);
}
