import { ISessionContext } from '@jupyterlab/apputils';
import { OutputArea } from '@jupyterlab/outputarea';
import { MimeModel } from '@jupyterlab/rendermime';
import { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import { WIDGET_MIME_TYPE } from './dagdata';

/** The class that ipywidgets gives to a view whose kernel has gone. */
const DISCONNECTED = 'jupyter-widgets-disconnected';

/** How long a widget manager may take before its view counts as absent, in milliseconds. */
const PATIENCE = 5000;

/**
 * What is known of the live view: it may still come, it is there, it is there
 * without its kernel, or it is not there.
 */
export type Liveness = 'pending' | 'live' | 'disconnected' | 'absent';

/**
 * A widget's view, drawn by the widget renderer of the page.
 *
 * That renderer says nothing about success: the view is there once a child appears in it, which can be
 * long after its first attempt (the widget manager may come late or restore the widget).
 */
export class LiveView extends Panel {
  /**
   * @param data - the output's data for the widget's MIME type
   */
  constructor(data: ReadonlyPartialJSONObject) {
    super();
    this.addClass('jp-ColoniesDag-live');
    this._data = data;
  }

  get liveness(): Liveness {
    return this._liveness;
  }

  /** Emitted when the liveness has become another one. */
  get changed(): ISignal<this, Liveness> {
    return this._changed;
  }

  /** Ask the renderers of the output area, in which this view has to be by now, for the widget. */
  async start(): Promise<void> {
    this._timer = window.setTimeout(() => this._lookWithoutPatience(), PATIENCE);
    await this._widgetManager();
    if (this.isDisposed) {
      return;
    }
    const renderer = this._createRenderer();
    if (renderer) {
      this.addWidget(renderer);
      this._renderer = renderer;
      this._observer.observe(renderer.node, { childList: true });
      // The widget renderer writes to its data when its view is closed: give it a copy.
      const data = { [WIDGET_MIME_TYPE]: { ...this._data } };
      await renderer.renderModel(new MimeModel({ data, trusted: true }));
    }
    this._lookWithoutPatience();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    window.clearTimeout(this._timer);
    this._observer.disconnect();
    Signal.clearData(this);
    super.dispose();
  }

  /**
   * Wait until a widget manager has had the chance to bring its renderer.
   *
   * It does so in its own continuation of the same promise, so this one comes a task later. A renderer
   * made before would wait for its manager for ever: the manager looks for them among the direct
   * children of an output only.
   */
  private async _widgetManager(): Promise<void> {
    const holder = this._ancestor(widget => 'sessionContext' in widget);
    await (holder as (Widget & { sessionContext: ISessionContext }) | null)?.sessionContext.ready;
    await new Promise(resolve => window.setTimeout(resolve));
  }

  private _createRenderer(): (IRenderMime.IRenderer & Widget) | null {
    const area = this._ancestor(widget => widget instanceof OutputArea) as OutputArea | null;
    const known = area?.rendermime.mimeTypes.includes(WIDGET_MIME_TYPE);
    return area && known ? area.rendermime.createRenderer(WIDGET_MIME_TYPE) : null;
  }

  private _ancestor(matches: (widget: Widget) => boolean): Widget | null {
    let widget: Widget | null = this.parent;
    while (widget && !matches(widget)) {
      widget = widget.parent;
    }
    return widget;
  }

  private _lookWithoutPatience(): void {
    this._patient = false;
    this._look();
  }

  private _look(): void {
    if (this.isDisposed) {
      return;
    }
    const view = this._renderer ? Array.from(this._renderer.children())[0] : undefined;
    if (view && view.node !== this._watched) {
      this._watched = view.node;
      this._observer.observe(view.node, { attributeFilter: ['class'] });
    }
    if (view) {
      this._become(view.hasClass(DISCONNECTED) ? 'disconnected' : 'live');
    } else {
      this._become(this._patient ? 'pending' : 'absent');
    }
  }

  private _become(liveness: Liveness): void {
    if (liveness !== this._liveness) {
      this._liveness = liveness;
      this._changed.emit(liveness);
    }
  }

  private readonly _data: ReadonlyPartialJSONObject;
  private readonly _changed = new Signal<this, Liveness>(this);
  private readonly _observer = new MutationObserver(() => this._look());
  private _renderer: Widget | null = null;
  private _watched: HTMLElement | null = null;
  private _liveness: Liveness = 'pending';
  private _patient = true;
  private _timer = 0;
}
