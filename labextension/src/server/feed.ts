import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { Connection } from './connection';

/** The shortest and the longest pause before another attempt to connect, in milliseconds. */
const SOON = 500;
const LATE = 15_000;

/** How long a page may be hidden before it stops listening, in milliseconds. */
const HIDDEN = 20_000;

/** One event of a stream: what it is called, and its document. */
export interface ITold {
  id: string;
  event: string;
  data: unknown;
}

/**
 * How a feed is: it tries to connect, tells what happens, has lost the server and tries again, is
 * at rest because nobody can see the page, or is over because the server said so.
 */
export type FeedState = 'connecting' | 'live' | 'away' | 'resting' | 'over';

/**
 * Follows what happens to something, over a websocket, through breaks of the connection.
 *
 * It goes on from the last event that came, so nothing is missed and nothing comes twice, except
 * after `reset`: then what follows begins anew. While the page is hidden it closes the connection
 * and takes it up again once the page is seen.
 */
export class Feed implements IDisposable {
  /**
   * @param path - a resource with events, as in the description of the REST API
   * @param names - the values of the names in the path
   */
  constructor(
    private readonly _connection: Connection,
    private readonly _path: string,
    private readonly _names: Record<string, string>,
    private _after = ''
  ) {
    document.addEventListener('visibilitychange', this._look);
    window.addEventListener('online', this._online);
    if (document.hidden) {
      this._become('resting');
    } else {
      this._connect();
    }
  }

  get state(): FeedState {
    return this._state;
  }

  /** Why the server ended the stream; empty if it has not. */
  get reason(): string {
    return this._reason;
  }

  get stateChanged(): ISignal<this, FeedState> {
    return this._stateChanged;
  }

  /** Each event in its order, the one called `reset` too. */
  get told(): ISignal<this, ITold> {
    return this._told;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    document.removeEventListener('visibilitychange', this._look);
    window.removeEventListener('online', this._online);
    this._close();
    Signal.clearData(this);
  }

  /** Connect at once where the next attempt is being waited for. */
  hurry(): void {
    if (this._state === 'away') {
      this._connect();
    }
  }

  private _connect(): void {
    this._close();
    this._become(this._attempts ? 'away' : 'connecting');
    const address = this._connection.feedAddress(this._path, this._names, this._after);
    const socket = new this._connection.settings.WebSocket(address);
    this._socket = socket;
    socket.onmessage = ({ data }) => this._hear(socket, String(data));
    socket.onclose = () => this._lost(socket);
    socket.onopen = () => {
      this._attempts = 0;
      this._become('live');
    };
  }

  private _hear(socket: WebSocket, text: string): void {
    if (socket !== this._socket) {
      return;
    }
    const told = JSON.parse(text) as ITold;
    if (told.event === 'end') {
      this._end((told.data as { reason?: string }).reason ?? '');
      return;
    }
    this._after = told.id || this._after;
    this._told.emit(told);
  }

  /** The server ends a stream when it stops, which is no end, and when there is no more to tell. */
  private _end(reason: string): void {
    if (/stopping/.test(reason)) {
      return;
    }
    this._reason = reason;
    this._close();
    this._become('over');
  }

  private _lost(socket: WebSocket): void {
    if (socket !== this._socket || this._disposed) {
      return;
    }
    this._attempts += 1;
    this._become('away');
    const pause = Math.min(SOON * 2 ** (this._attempts - 1), LATE);
    this._timer = window.setTimeout(() => this._connect(), pause * (0.75 + Math.random() / 2));
  }

  private _close(): void {
    window.clearTimeout(this._timer);
    const socket = this._socket;
    this._socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private readonly _look = (): void => {
    window.clearTimeout(this._rest);
    if (this._state === 'over') {
      return;
    }
    if (!document.hidden) {
      if (this._state === 'resting') {
        this._attempts = 0;
        this._connect();
      }
      return;
    }
    this._rest = window.setTimeout(() => {
      this._close();
      this._become('resting');
    }, HIDDEN);
  };

  private readonly _online = (): void => this.hurry();

  private _become(state: FeedState): void {
    if (state !== this._state) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private readonly _told = new Signal<this, ITold>(this);
  private readonly _stateChanged = new Signal<this, FeedState>(this);
  private _socket: WebSocket | null = null;
  private _state: FeedState = 'connecting';
  private _reason = '';
  private _attempts = 0;
  private _timer = 0;
  private _rest = 0;
  private _disposed = false;
}
