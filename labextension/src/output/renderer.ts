import { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import { DAG_MIME_TYPE, readDagData, readWidgetId, WIDGET_MIME_TYPE } from './dagdata';
import { LiveView, Liveness } from './liveview';
import { Picture } from './picture';

/**
 * Shows a workflow's graph: the live widget where it can live, the saved picture elsewhere.
 *
 * New data for the same widget leaves the live view untouched, so that zoom and selection stay when the
 * kernel updates what a saved notebook will show.
 */
export class DagRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-ColoniesDag');
    this._trans = trans;
    this._picture = new Picture(trans);
    this._note.addClass('jp-ColoniesDag-note');
    this.addWidget(this._picture);
    this.addWidget(this._note);
    this.node.setAttribute('role', 'group');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = readDagData(model.data[DAG_MIME_TYPE] as ReadonlyPartialJSONObject);
    this._readable = data !== null;
    this._trusted = model.trusted;
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
    this.node.dataset.liveness = liveness;
    this._picture.setHidden(liveness === 'live' || liveness === 'disconnected' || !this._readable);
    this._note.node.textContent = this._explain(liveness);
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
        return this._trusted
          ? trans.__('Saved picture: the kernel that drew the live view is not running.')
          : trans.__('Saved picture: trust this notebook to see the live view.');
    }
  }

  private readonly _trans: TranslationBundle;
  private readonly _picture: Picture;
  private readonly _note = new Widget();
  private _live: LiveView | null = null;
  private _widgetId = '';
  private _started = false;
  private _readable = true;
  private _trusted = true;
}
