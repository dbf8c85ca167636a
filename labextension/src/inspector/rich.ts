import { IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { TranslationBundle } from '@jupyterlab/translation';
import { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { quiet } from './quiet';
import { Bundle } from './values';

/** Characters of what is rendered without being asked for. */
const LARGE = 2 << 20;

const SVG = 'image/svg+xml';

/**
 * Shows what a notebook would show, with JupyterLab's own renderers.
 *
 * It comes from any member of the colony, so nothing is trusted: HTML is sanitized, no script
 * runs, nothing is fetched, and a drawing is an image.
 */
export class RichValues {
  constructor(
    rendermime: IRenderMimeRegistry,
    private readonly _trans: TranslationBundle
  ) {
    this._rendermime = rendermime.clone({ sanitizer: quiet(rendermime.sanitizer) });
  }

  /** Whether there is a renderer for a type that shows it without trusting it. */
  readonly isRich = (mime: string): boolean => {
    return mime === SVG || this._rendermime.getFactory(mime)?.safe === true;
  };

  /** Elements that show a bundle; what is large waits until somebody asks for it. */
  readonly draw = (bundle: Bundle, name: string): HTMLElement[] => {
    const size = sizeOf(bundle);
    if (size <= LARGE) {
      return [this._render(bundle, name)];
    }
    const mega = (size / (1 << 20)).toLocaleString(undefined, { maximumFractionDigits: 1 });
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = this._trans.__('Show it (%1 MB)', mega);
    button.onclick = () => button.replaceWith(this._render(bundle, name));
    return [button];
  };

  /** Dispose of renderers whose elements are not within an element any more. */
  sweep(element: HTMLElement): void {
    for (const [box, widget] of [...this._widgets]) {
      if (!element.contains(box)) {
        this._widgets.delete(box);
        drop(widget);
      }
    }
  }

  /** Dispose of all renderers. */
  dispose(): void {
    this._widgets.forEach(drop);
    this._widgets.clear();
  }

  private _render(bundle: Bundle, name: string): HTMLElement {
    const box = document.createElement('div');
    box.className = 'jp-ColoniesInspector-rich';
    const data = this._joined(bundle);
    const model = new MimeModel({ data, trusted: false });
    const mime = this._rendermime.preferredMimeType(data, 'ensure');
    const drawing = data[SVG];
    if (typeof drawing === 'string' && (!mime || mime === 'text/plain')) {
      box.append(image(drawing, name));
      return box;
    }
    if (!mime) {
      box.append(this._note(this._trans.__('There is no safe way to show this.')));
      return box;
    }
    const renderer = this._rendermime.createRenderer(mime);
    this._widgets.set(box, renderer);
    renderer.renderModel(model).then(
      () => this._finish(renderer.node, name),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        box.replaceChildren(this._note(this._trans.__("It can't be shown: %1", why)));
      }
    );
    // A renderer may want to know that it is attached, which only Lumino tells it.
    requestAnimationFrame(() => this._attach(renderer, box));
    return box;
  }

  /** What a renderer leaves out: names, what can be reached by keyboard, pictures that are none. */
  private _finish(node: HTMLElement, name: string): void {
    node.tabIndex = 0;
    node.setAttribute('role', 'group');
    node.setAttribute('aria-label', name);
    for (const menu of node.querySelectorAll('details[title] > summary:not([aria-label])')) {
      menu.setAttribute('aria-label', menu.parentElement?.title ?? name);
    }
    for (const picture of node.querySelectorAll('img')) {
      const text = this._trans.__("This picture can't be read.");
      const replace = () => picture.replaceWith(this._note(text));
      picture.alt ||= name;
      picture.addEventListener('error', replace);
      if (picture.complete && picture.src && !picture.naturalWidth) {
        replace();
      }
    }
  }

  private _attach(widget: Widget, box: HTMLElement): void {
    if (widget.isDisposed || widget.isAttached) {
      return;
    }
    if (box.isConnected) {
      Widget.attach(widget, box);
    } else {
      box.append(widget.node);
    }
  }

  private _note(text: string): HTMLElement {
    const note = document.createElement('p');
    note.className = 'note';
    note.textContent = text;
    return note;
  }

  /** A notebook file may hold a text as a list of lines. */
  private _joined(bundle: Bundle): PartialJSONObject {
    const data: PartialJSONObject = {};
    for (const [mime, value] of Object.entries(bundle)) {
      const isLines = Array.isArray(value) && value.every(each => typeof each === 'string');
      data[mime] = isLines && !/json/.test(mime) ? value.join('') : (value as PartialJSONObject);
    }
    return data;
  }

  private readonly _rendermime: IRenderMimeRegistry;
  private readonly _widgets = new Map<HTMLElement, Widget>();
}

/** Dispose of a widget whose element was taken out of the page: Lumino wants to do that itself. */
function drop(widget: Widget): void {
  if (widget.isAttached && !widget.node.isConnected) {
    document.body.append(widget.node);
  }
  widget.dispose();
}

function image(drawing: string, name: string): HTMLImageElement {
  const picture = document.createElement('img');
  picture.alt = name;
  picture.src = drawing.trimStart().startsWith('<')
    ? `data:${SVG},${encodeURIComponent(drawing)}`
    : `data:${SVG};base64,${drawing}`;
  return picture;
}

function sizeOf(bundle: Bundle): number {
  return Object.values(bundle).reduce<number>((sum, value) => {
    return sum + (typeof value === 'string' ? value.length : JSON.stringify(value ?? null).length);
  }, 0);
}
