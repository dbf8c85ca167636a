import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import { RunGraph } from '../graph/rungraph';
import { Documents } from '../server/connection';
import { ISpec, IWorkflowText } from './specs';

const NEVER = '0001-01-01T00:00:00Z';

/**
 * The graph that a workflow file describes.
 *
 * While the text is none, the last graph stays, in grey, with a note.
 */
export class Drawing extends Panel {
  constructor(
    private readonly _trans: TranslationBundle,
    title: string
  ) {
    super();
    this.addClass('jp-ColoniesWorkflowFile-drawing');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('Graph of the workflow'));
    this._note = new Widget();
    this._note.addClass('jp-ColoniesWorkflowFile-note');
    this._note.node.setAttribute('role', 'status');
    this._note.hide();
    this._graph = new RunGraph({ trans: _trans, title });
    this._graph.selectedChanged.connect((_, id) => {
      if (!this._selecting) {
        this._chosen.emit(id);
      }
    });
    this.addWidget(this._note);
    this.addWidget(this._graph);
  }

  /** Emitted with the id of a node that the reader has selected in the graph. */
  get chosen(): ISignal<this, string> {
    return this._chosen;
  }

  /** Draw what a text says now. */
  draw(said: IWorkflowText): void {
    if (said.drawable) {
      const shape = JSON.stringify(
        said.specs.map(({ id, funcname, executortype, dependencies }) => [
          id,
          funcname,
          executortype,
          dependencies
        ])
      );
      if (shape !== this._shape) {
        this._shape = shape;
        this._graph.reset();
        this._graph.learn(changeOf(said.specs));
      }
    }
    this.toggleClass('jp-mod-stale', !said.drawable && this._shape !== '');
    this.toggleClass('jp-mod-empty', this._shape === '');
    this._say(said);
  }

  /** Select a node, if it is one of the graph. */
  select(id: string): void {
    this._selecting = true;
    this._graph.selected = id;
    this._selecting = false;
  }

  /** Call the workflow as its file is called now. */
  rename(title: string): void {
    this._graph.rename(title);
  }

  private _say(said: IWorkflowText): void {
    const words = this._wordsFor(said);
    if (this._note.node.textContent !== words) {
      this._note.node.textContent = words;
    }
    this._note.setHidden(words === '');
  }

  private _wordsFor({ drawable, root, faults }: IWorkflowText): string {
    if (drawable) {
      return '';
    }
    if (this._shape !== '') {
      return this._trans.__('This is the graph as it was before the text had errors.');
    }
    return root === null && faults.every(({ from }) => from === 0)
      ? this._trans.__('The graph appears here as soon as there is a function spec.')
      : this._trans.__('The graph appears here as soon as the text has no errors.');
  }

  private readonly _graph: RunGraph;
  private readonly _note: Widget;
  private readonly _chosen = new Signal<this, string>(this);
  private _shape = '';
  private _selecting = false;
}

/** Specs as the change of a workflow that has just been submitted. */
function changeOf(specs: readonly ISpec[]): Documents['WorkflowChange'] {
  const children = new Map<string, string[]>(specs.map(({ id }) => [id, []]));
  for (const { id, dependencies } of specs) {
    dependencies.forEach(parent => children.get(parent)?.push(id));
  }
  const nodes = specs.map(({ id, nodename, funcname, executortype, dependencies }) => ({
    processid: id,
    nodename: nodename || funcname,
    funcname,
    executortype,
    executorname: '',
    state: 0 as const,
    retries: 0,
    submissiontime: NEVER,
    starttime: NEVER,
    endtime: NEVER,
    parents: dependencies,
    children: children.get(id) ?? []
  }));
  return { processgraphid: '', colonyname: '', revision: 0, state: 0, nodes };
}
