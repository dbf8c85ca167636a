import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { GraphPane } from '../run/graphpane';
import { RunSession, RunStanding } from '../run/runsession';

/** How many graphs out of sight keep their drawings, on the whole page. */
const KEPT = 6;

/** What a workflow's graph is drawn from where there is no kernel. */
export interface IFromServer {
  colony: IColony;
  settings: IColonySettings | null;
  /** Whether an element can be seen, told whenever that changes; the result ends it. */
  watch?: (element: HTMLElement, tell: (visible: boolean) => void) => () => void;
}

/**
 * A workflow's graph as the server has it, followed as long as it can be seen.
 *
 * The notebook gives an id and nothing else: all that is drawn is what the server tells its reader.
 */
export class ServerView extends Panel {
  /**
   * @param name - what the workflow is called; empty if that is not known
   */
  constructor(
    readonly workflowid: string,
    private readonly _name: string,
    private readonly _server: IFromServer,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesDag-server');
    this.hide();
  }

  /** Whether there is a graph. */
  get drawn(): boolean {
    return this._graph !== null;
  }

  /** How the run is followed; null before it was looked for. */
  get standing(): RunStanding | null {
    return this._standing;
  }

  /** The id of the selected process; empty for none. */
  get selected(): string {
    return this._graph?.selected ?? '';
  }

  /** Emitted when there is a graph for the first time or no more, and when the standing changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Begin, where this view's place is in the page. */
  begin(place: HTMLElement): void {
    if (!this._end) {
      const watch = this._server.watch ?? watchSight;
      this._end = watch(place, visible => (visible ? this._follow() : this._rest()));
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._end?.();
    resting.delete(this);
    this._session?.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  private _follow(): void {
    resting.delete(this);
    if (this._session || this._standing === 'removed') {
      return;
    }
    const session = new RunSession(this._server.colony, this.workflowid, this._name);
    this._session = session;
    session.standingChanged.connect(this._stand, this);
    session.changed.connect(this._draw, this);
    this._graph?.follow(session);
    this._stand(session);
  }

  /** Out of sight: nothing is followed, and only so many drawings are kept. */
  private _rest(): void {
    if (!this._session) {
      return;
    }
    this._graph?.follow(null);
    this._session.dispose();
    this._session = null;
    resting.add(this);
    const [first] = resting;
    if (resting.size > KEPT) {
      resting.delete(first);
      first._forget();
    }
  }

  private _forget(): void {
    // What is below must not move because of something that nobody can see.
    this.node.style.minHeight = `${this.node.offsetHeight}px`;
    this._graph?.dispose();
    this._graph = null;
  }

  private _stand(session: RunSession): void {
    this._standing = session.standing;
    const trans = this._trans;
    if (this._graph) {
      switch (session.standing) {
        case 'removed':
          this._graph.trouble = trans.__('Not live: this run was removed from the server.');
          break;
        case 'refused':
          this._graph.trouble = trans.__(
            'Not live: your session has expired. Sign in again in another tab.'
          );
          break;
        case 'away':
        case 'over':
          this._graph.trouble = trans.__('Not live at the moment: the server is away.');
          break;
        default:
          this._graph.trouble = '';
      }
    }
    this._changed.emit();
  }

  private _draw(session: RunSession): void {
    if (!this._graph) {
      const { settings } = this._server;
      const graph = new GraphPane({
        title: session.name,
        settings,
        trans: this._trans,
        fills: false
      });
      this._graph = graph;
      graph.follow(session);
      this.addWidget(graph);
      this.node.style.minHeight = '';
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _graph: GraphPane | null = null;
  private _session: RunSession | null = null;
  private _standing: RunStanding | null = null;
  private _end: (() => void) | null = null;
}

/** The views out of sight that still have drawings, the one that was left first at the front. */
const resting = new Set<ServerView>();

function watchSight(element: HTMLElement, tell: (visible: boolean) => void): () => void {
  const observer = new IntersectionObserver(entries => {
    tell(entries[entries.length - 1].isIntersecting);
  });
  observer.observe(element);
  return () => observer.disconnect();
}
