import { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import { DAG_MIME_TYPE, readDagData, readWidgetId, WIDGET_MIME_TYPE } from './dagdata';
import { LiveView, Liveness } from './liveview';
import { Picture } from './picture';
import { IFromServer, ServerView } from './serverview';

/** What a renderer can use of the page; without a colony there are kernels and pictures only. */
export interface IDagRendererOptions {
  trans: TranslationBundle;
  server: IFromServer | null;
  /** Show a run in the main area, with a process selected if there is an id. */
  open: (workflowid: string, processid: string, name: string) => void;
}

/**
 * Shows a workflow's graph: the kernel's widget where it can live, else what the server tells of the
 * workflow, else the saved picture.
 *
 * New data for the same widget leaves the live view untouched, so that zoom and selection stay when the
 * kernel updates what a saved notebook will show.
 */
export class DagRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(options: IDagRendererOptions) {
    super();
    this.addClass('jp-ColoniesDag');
    this._options = options;
    this._trans = options.trans;
    this._picture = new Picture(this._trans);
    this._note.addClass('jp-ColoniesDag-note');
    this._note.node.setAttribute('role', 'status');
    this.addWidget(this._picture);
    this.addWidget(this._note);
    this.addWidget(this._way());
    this.node.setAttribute('role', 'group');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = readDagData(model.data[DAG_MIME_TYPE] as ReadonlyPartialJSONObject);
    this._readable = data !== null;
    this._trusted = model.trusted;
    this._workflowid = data?.processgraphid ?? '';
    // What a notebook calls a workflow is as little to be trusted as the rest of it.
    this._name = (model.trusted && data?.title) || '';
    if (data) {
      this._picture.draw(data);
      this.node.setAttribute('aria-label', data.title || this._trans.__('Workflow'));
    }
    const widget = model.data[WIDGET_MIME_TYPE] as ReadonlyPartialJSONObject | undefined;
    // A widget runs code of its own, so an untrusted notebook gets no more than the picture.
    const widgetId = model.trusted ? readWidgetId(widget) : '';
    if (widgetId !== this._widgetId) {
      this._widgetId = widgetId;
      this._live?.dispose();
      this._live = widget && widgetId ? this._createLive(widget) : null;
    }
    this._present();
    await this._startLive();
  }

  /** Draw the saved picture in the colours of the page's present theme. */
  redraw(): void {
    this._picture.redraw();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._picture.redraw();
    this._server?.begin(this.node);
    void this._startLive();
  }

  private _createLive(widget: ReadonlyPartialJSONObject): LiveView {
    const live = new LiveView(widget);
    live.changed.connect(this._present, this);
    this.insertWidget(0, live);
    this._started = false;
    return live;
  }

  /** The page's renderers are found through the output area, so the live view starts inside one. */
  private async _startLive(): Promise<void> {
    if (this._live && this.isAttached && !this._started) {
      this._started = true;
      await this._live.start();
    }
  }

  private _present(): void {
    const liveness = this._live?.liveness ?? 'absent';
    this._ask(liveness);
    const drawn = this._server?.drawn ?? false;
    const kernel = liveness === 'live' || (liveness === 'disconnected' && !drawn);
    this.node.dataset.liveness = liveness;
    this.node.dataset.source = kernel ? 'kernel' : drawn ? 'server' : 'picture';
    this._live?.setHidden(drawn && liveness === 'disconnected');
    this._server?.setHidden(!drawn);
    this._picture.setHidden(kernel || drawn || !this._readable);
    this._note.node.textContent = drawn ? '' : this._explain(liveness);
    const known = drawn || (kernel && this._options.server?.colony.standing === 'there');
    this._opener.hidden = !(known && this._workflowid);
  }

  /** Let the server tell of the workflow where the kernel does not. */
  private _ask(liveness: Liveness): void {
    const { server } = this._options;
    const wanted = server && this._readable && ['absent', 'disconnected'].includes(liveness);
    const workflowid = wanted ? this._workflowid : '';
    if (workflowid !== (this._server?.workflowid ?? '')) {
      this._server?.dispose();
      this._server = null;
    }
    if (server && workflowid && !this._server) {
      this._server = new ServerView(workflowid, this._name, server, this._trans);
      this._server.changed.connect(this._present, this);
      this.insertWidget(0, this._server);
    }
    if (this.isAttached) {
      this._server?.begin(this.node);
    }
  }

  /** The way to the run in the main area. */
  private _way(): Widget {
    const way = new Widget();
    way.addClass('jp-ColoniesDag-way');
    this._opener.type = 'button';
    this._opener.hidden = true;
    this._opener.textContent = this._trans.__('Open the run');
    const open = () =>
      this._options.open(this._workflowid, this._server?.selected ?? '', this._name);
    this._opener.addEventListener('click', open);
    way.node.append(this._opener);
    return way;
  }

  /** One line that says why there is a picture and not a live view; empty for none. */
  private _explain(liveness: Liveness): string {
    const trans = this._trans;
    switch (liveness) {
      case 'pending':
      case 'live':
        return '';
      case 'disconnected':
        return trans.__('The kernel of this view has stopped: the view no longer changes.');
      case 'absent':
        if (!this._readable) {
          return trans.__('Saved by another version of jupyter-colonies, which can show it.');
        }
        if (this._server?.standing === 'removed') {
          return trans.__('Saved picture: the server does not have this run any more.');
        }
        if (this._server?.standing === 'refused') {
          return trans.__('Saved picture: your session has expired. Sign in again in another tab.');
        }
        if (this._server?.standing === 'away') {
          return trans.__('Saved picture: the server is away.');
        }
        return this._trusted
          ? trans.__('Saved picture: the kernel that drew the live view is not running.')
          : trans.__('Saved picture: trust this notebook to see the live view.');
    }
  }

  private readonly _options: IDagRendererOptions;
  private readonly _trans: TranslationBundle;
  private readonly _picture: Picture;
  private readonly _opener = document.createElement('button');
  private readonly _note = new Widget();
  private _live: LiveView | null = null;
  private _server: ServerView | null = null;
  private _workflowid = '';
  private _name = '';
  private _widgetId = '';
  private _started = false;
  private _readable = true;
  private _trusted = true;
}
