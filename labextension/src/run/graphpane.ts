import { TranslationBundle } from '@jupyterlab/translation';

import { IColonySettings } from '../colony/settings';
import { RunGraph } from '../graph/rungraph';
import { Documents } from '../server/connection';
import { RunSession } from './runsession';

/** What the graph of a run is made with. */
export interface IGraphPaneOptions {
  session: RunSession;
  settings: IColonySettings | null;
  trans: TranslationBundle;
  /** Whether the drawing fills its pane; otherwise it is as high as the graph needs. */
  fills?: boolean;
}

/** The graph of a run that is followed, folded as the settings say. */
export class GraphPane extends RunGraph {
  constructor({ session, settings, trans, fills }: IGraphPaneOptions) {
    super({ trans, title: session.name, limits: settings?.current.folding, fills });
    this._session = session;
    this._settings = settings;
    session.changed.connect(this._take, this);
    session.restarted.connect(this._restart, this);
    settings?.changed.connect(this._limit, this);
    if (session.whole) {
      this.learn(session.whole);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._session.changed.disconnect(this._take, this);
    this._session.restarted.disconnect(this._restart, this);
    this._settings?.changed.disconnect(this._limit, this);
    super.dispose();
  }

  private _take(_: RunSession, change: Documents['WorkflowChange']): void {
    this.learn(change);
  }

  private _restart(): void {
    this.reset();
  }

  private _limit(): void {
    this.limits = this._settings?.current.folding ?? {};
  }

  private readonly _session: RunSession;
  private readonly _settings: IColonySettings | null;
}
