import { TranslationBundle } from '@jupyterlab/translation';

import { IColonySettings } from '../colony/settings';
import { RunGraph } from '../graph/rungraph';
import { Documents } from '../server/connection';
import { RunSession } from './runsession';

/** What the graph of a run is made with. */
export interface IGraphPaneOptions {
  /** What the run is called. */
  title: string;
  settings: IColonySettings | null;
  trans: TranslationBundle;
  /** Whether the drawing fills its pane; otherwise it is as high as the graph needs. */
  fills?: boolean;
}

/** The graph of a run that is followed, folded as the settings say. */
export class GraphPane extends RunGraph {
  constructor({ title, settings, trans, fills }: IGraphPaneOptions) {
    super({ trans, title, limits: settings?.current.folding, fills });
    this._settings = settings;
    settings?.changed.connect(this._limit, this);
  }

  /** Draw what a session tells; what was drawn stays until then. Null follows none. */
  follow(session: RunSession | null): void {
    if (this._session && !this._session.isDisposed) {
      this._session.changed.disconnect(this._take, this);
      this._session.restarted.disconnect(this._restart, this);
      this._session.nameChanged.disconnect(this._call, this);
    }
    if (session && this._session) {
      this.reset();
    }
    this._session = session ?? this._session;
    session?.changed.connect(this._take, this);
    session?.restarted.connect(this._restart, this);
    session?.nameChanged.connect(this._call, this);
    if (session?.whole) {
      this.learn(session.whole);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.follow(null);
    this._settings?.changed.disconnect(this._limit, this);
    super.dispose();
  }

  private _take(_: RunSession, change: Documents['WorkflowChange']): void {
    this.learn(change);
  }

  private _restart(): void {
    this.reset();
  }

  private _call(_: RunSession, name: string): void {
    this.rename(name);
  }

  private _limit(): void {
    this.limits = this._settings?.current.folding ?? {};
  }

  private readonly _settings: IColonySettings | null;
  private _session: RunSession | null = null;
}
