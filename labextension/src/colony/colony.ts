import { PromiseDelegate, Token } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import { Connection, Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { Feed, FeedState, ITold } from '../server/feed';

/**
 * How the colony is for this page: it is being looked for, there, away for a while, at rest with
 * the hidden page, refused (the session has expired, or the right is gone), or absent (this
 * Jupyter server has no colony: the extension is not enabled).
 */
export type Standing = 'looking' | 'there' | 'away' | 'resting' | 'refused' | 'absent';

/** The colony of this Jupyter server, one for the whole page. */
export interface IColony {
  readonly connection: Connection;
  /** What the server says of itself; null until it was reached first. */
  readonly here: Documents['Here'] | null;
  /** Resolves with what the server says of itself, as soon as it has done so. */
  readonly ready: Promise<Documents['Here']>;
  readonly standing: Standing;
  /** Why it is not there, in the server's words; empty if it is. */
  readonly trouble: string;
  readonly standingChanged: ISignal<IColony, Standing>;
  /** Each event of the colony as it happens: `colony`, `process`, `workflow` and `reset`. */
  readonly told: ISignal<IColony, ITold>;
  /** Look for the server now and not only at the next attempt. */
  retry(): void;
}

/** The token by which plugins find the colony. */
export const IColony = new Token<IColony>(
  'jupyter-colonies:IColony',
  'The colony of this Jupyter server: its REST API, its events, and whether it is there.'
);

/** The pause before another attempt to find the server, in milliseconds. */
const PAUSE = 5_000;

/** Finds the colony, and follows it as long as the page is there. */
export class Colony implements IColony {
  constructor(readonly connection: Connection) {
    document.addEventListener('visibilitychange', () => {
      if (this._waiting && !document.hidden) {
        this.retry();
      }
    });
    void this._look();
  }

  get ready(): Promise<Documents['Here']> {
    return this._found.promise;
  }

  get here(): Documents['Here'] | null {
    return this._here;
  }

  get standing(): Standing {
    return this._standing;
  }

  get trouble(): string {
    return this._trouble;
  }

  get standingChanged(): ISignal<this, Standing> {
    return this._standingChanged;
  }

  get told(): ISignal<this, ITold> {
    return this._told;
  }

  retry(): void {
    window.clearTimeout(this._timer);
    this._waiting = false;
    void this._look();
  }

  /** Ask the server what it is; what it is not prepared to say once is asked again later. */
  private async _look(): Promise<void> {
    try {
      const here = await this.connection.get('/here');
      this._here = here;
      this._found.resolve(here);
      this._follow(here.colonyname);
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0;
      const words = error instanceof Error ? error.message : String(error);
      if (status === 404) {
        this._become('absent', words);
        return;
      }
      const unknown = error instanceof Refused && error.unknown;
      this._become(unknown ? 'refused' : 'away', words);
      this._waiting = true;
      if (!document.hidden) {
        this._timer = window.setTimeout(() => this.retry(), PAUSE);
      }
    }
  }

  private _follow(colonyname: string): void {
    if (this._feed && this._feed.state !== 'over') {
      this._feed.hurry();
      this._stand(this._feed.state);
      return;
    }
    this._feed?.dispose();
    const path = '/colonies/{colonyname}/events';
    this._feed = new Feed(this.connection, path, { colonyname });
    this._feed.told.connect((_, told) => this._told.emit(told));
    this._feed.stateChanged.connect((_, state) => this._stand(state));
    this._stand(this._feed.state);
  }

  private _stand(state: FeedState): void {
    switch (state) {
      case 'connecting':
        this._become('looking', '');
        return;
      case 'live':
        this._become('there', '');
        return;
      case 'resting':
        this._become('resting', '');
        return;
      case 'over':
        this._become('refused', this._feed?.reason ?? '');
        return;
      case 'away':
        // A websocket that is refused doesn't say why: a request does.
        if (this._standing !== 'away') {
          this._become('away', 'The connection to the Jupyter server was lost.');
          void this._look();
        }
    }
  }

  private _become(standing: Standing, trouble: string): void {
    if (standing !== this._standing || trouble !== this._trouble) {
      this._standing = standing;
      this._trouble = trouble;
      this._standingChanged.emit(standing);
    }
  }

  private readonly _told = new Signal<this, ITold>(this);
  private readonly _standingChanged = new Signal<this, Standing>(this);
  private readonly _found = new PromiseDelegate<Documents['Here']>();
  private _here: Documents['Here'] | null = null;
  private _standing: Standing = 'looking';
  private _trouble = '';
  private _feed: Feed | null = null;
  private _timer = 0;
  private _waiting = false;
}
