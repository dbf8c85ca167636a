import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { IColony, Standing } from '../colony/colony';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { Feed, FeedState, ITold } from '../server/feed';

/** The pause before a server that could not say anything useful is asked again, in milliseconds. */
const PAUSE = 5_000;

const EVENTS = '/workflows/{workflowid}/events';
const PROGRESS = '/workflows/{workflowid}/progress';

/**
 * How a run is followed: like a feed, or the workflow is not there (any more), or the server no
 * longer says anything to whoever looks (the session has expired, or the right is gone).
 */
export type RunStanding = FeedState | 'removed' | 'refused';

/**
 * Follows one workflow as long as somebody looks at it, and keeps how its processes are.
 *
 * It looks for the workflow before it listens, so a workflow that does not exist costs one request.
 * A break of the connection is bridged, a server that comes back is noticed, and nothing is asked
 * while the page is hidden.
 */
export class RunSession implements IDisposable {
  /**
   * @param name - what the reader knows the run by, until the server says what it is called
   */
  constructor(
    readonly colony: IColony,
    readonly workflowid: string,
    name = ''
  ) {
    this._name = name || `Workflow ${workflowid.slice(0, 8)}`;
    colony.standingChanged.connect(this._attend, this);
    document.addEventListener('visibilitychange', this._seen);
    this._attend(colony, colony.standing);
    void colony.ready.then(() => this._look());
  }

  /** What people call the run. */
  get name(): string {
    return this._name;
  }

  /** Emitted when the server has said what the run is called. */
  get nameChanged(): ISignal<this, string> {
    return this._nameChanged;
  }

  /** The processes as last told, by their ids, in the order in which they became known. */
  get nodes(): ReadonlyMap<string, Documents['NodeChange']> {
    return this._nodes;
  }

  get state(): Documents['State'] {
    return this._state;
  }

  /** The workflow in short, as it was when it was looked for; null until then. */
  get progress(): Documents['Progress'] | null {
    return this._progress;
  }

  /** All that is known, as one change; null before the first one. */
  get whole(): Documents['WorkflowChange'] | null {
    return this._last && { ...this._last, state: this._state, nodes: [...this._nodes.values()] };
  }

  /** Each change as it comes; the first one, and the first after `restarted`, has all processes. */
  get changed(): ISignal<this, Documents['WorkflowChange']> {
    return this._changed;
  }

  /** What was known is void: what follows begins anew. */
  get restarted(): ISignal<this, void> {
    return this._restarted;
  }

  get standing(): RunStanding {
    return this._standing;
  }

  /** Emitted when the standing, or the reason of it, has become another one. */
  get standingChanged(): ISignal<this, RunStanding> {
    return this._standingChanged;
  }

  /** Why the run is not followed at present, in the server's words; empty while it is. */
  get trouble(): string {
    return this._trouble;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Look for the workflow now and not only at the next attempt. */
  retry(): void {
    if (this.colony.standing !== 'there') {
      this.colony.retry();
    }
    void this._look();
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    window.clearTimeout(this._timer);
    document.removeEventListener('visibilitychange', this._seen);
    this._drop();
    Signal.clearData(this);
  }

  /**
   * Look whether the workflow is there.
   *
   * @param listen - whether to connect then, at once where the feed would wait for its next attempt
   */
  private async _look(listen = true): Promise<void> {
    if (this._disposed || this._looking || this._standing === 'removed') {
      return;
    }
    if (document.hidden) {
      if (!this._feed) {
        this._become('resting', '');
      }
      return;
    }
    window.clearTimeout(this._timer);
    this._looking = true;
    try {
      this._progress = await this.colony.connection.get(PROGRESS, {
        path: { workflowid: this.workflowid }
      });
      if (!this._disposed) {
        this._call(this._progress.name);
        if (listen) {
          this._listen();
        }
      }
    } catch (error) {
      if (!this._disposed) {
        this._missed(error);
      }
    } finally {
      this._looking = false;
    }
  }

  private _call(name: string): void {
    if (name && name !== this._name) {
      this._name = name;
      this._nameChanged.emit(name);
    }
  }

  private _listen(): void {
    const state = this._feed?.state ?? 'over';
    if (state === 'over' || state === 'away') {
      this._drop();
      const { connection } = this.colony;
      this._feed = new Feed(connection, EVENTS, { workflowid: this.workflowid }, this._after);
      this._feed.told.connect(this._hear, this);
      this._feed.stateChanged.connect(this._stand, this);
      this._stand(this._feed, this._feed.state);
    }
  }

  private _missed(error: unknown): void {
    const words = error instanceof Error ? error.message : String(error);
    if (error instanceof Refused && error.status === 404 && error.problem) {
      this._drop();
      this._become('removed', words);
      return;
    }
    const denied = error instanceof Refused && (error.unknown || error.status === 403);
    // A feed that is over does not try again: then the colony says when the server is back.
    if (denied || this._feed?.state === 'over') {
      this._drop();
    }
    this._become(denied ? 'refused' : 'away', words);
    if (!this._feed) {
      this._later();
    }
  }

  /** Without a feed that tries by itself, and with a colony that sees no break, ask again later. */
  private _later(): void {
    window.clearTimeout(this._timer);
    if (this.colony.standing === 'there' || this._feed) {
      this._timer = window.setTimeout(() => void this._look(), PAUSE);
    }
  }

  private _hear(_: Feed, { id, event, data }: ITold): void {
    this._after = id || this._after;
    if (event === 'reset') {
      this._nodes.clear();
      this._last = null;
      this._restarted.emit();
    } else if (event === 'change') {
      const change = data as Documents['WorkflowChange'];
      this._last = change;
      this._state = change.state;
      change.nodes.forEach(node => this._nodes.set(node.processid, node));
      this._changed.emit(change);
    }
  }

  private _stand(feed: Feed, state: FeedState): void {
    switch (state) {
      case 'away':
        // A websocket that breaks or is refused doesn't say why: a request does.
        this._become('away', 'The connection to the Jupyter server was lost.');
        void this._look(false);
        return;
      case 'over':
        this._become('over', feed.reason);
        // Whether the workflow has gone or the right to see it, the answer to a request says.
        void this._look(false).then(() => this._standing === 'over' && this._later());
        return;
      default:
        this._become(state, '');
    }
  }

  /** The colony is what knows first that the server is away, or back. */
  private _attend(colony: IColony, standing: Standing): void {
    const waits = !this._feed && this._standing !== 'removed';
    if (waits && (standing === 'away' || standing === 'refused' || standing === 'absent')) {
      this._become(standing === 'absent' ? 'away' : standing, colony.trouble);
    }
    // A feed that is refused goes on trying, and never hears why.
    if (standing === 'refused' && this._feed && this._standing === 'away') {
      void this._look(false);
    }
    if (standing === 'there' && ['away', 'refused', 'over'].includes(this._standing)) {
      void this._look();
    }
  }

  private readonly _seen = (): void => {
    const idle = !this._feed || this._feed.state === 'over';
    if (!document.hidden && idle && this.colony.here) {
      void this._look();
    }
  };

  private _drop(): void {
    this._feed?.dispose();
    this._feed = null;
  }

  private _become(standing: RunStanding, trouble: string): void {
    if (standing !== this._standing || trouble !== this._trouble) {
      this._standing = standing;
      this._trouble = trouble;
      this._standingChanged.emit(standing);
    }
  }

  private readonly _nodes = new Map<string, Documents['NodeChange']>();
  private readonly _changed = new Signal<this, Documents['WorkflowChange']>(this);
  private readonly _restarted = new Signal<this, void>(this);
  private readonly _nameChanged = new Signal<this, string>(this);
  private readonly _standingChanged = new Signal<this, RunStanding>(this);
  private _progress: Documents['Progress'] | null = null;
  private _last: Documents['WorkflowChange'] | null = null;
  private _state: Documents['State'] = 0;
  private _standing: RunStanding = 'connecting';
  private _name: string;
  private _trouble = '';
  private _feed: Feed | null = null;
  private _after = '';
  private _looking = false;
  private _timer = 0;
  private _disposed = false;
}
