import { caretDownIcon } from '@jupyterlab/ui-components';
import { ISignal, Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';

import { element, setText } from './element';
import { RowList } from './rowlist';

/** What a section says instead of rows. */
export interface INote {
  text: string;
  /** What can be done about it. */
  ways: HTMLElement[];
  alarming?: boolean;
}

/** A part of the panel with a heading, which can be folded away. */
export class Section extends Widget {
  constructor(
    readonly name: string,
    title: string,
    content: Widget,
    open: boolean
  ) {
    super();
    this.addClass('jp-ColoniesSection');
    this.node.dataset.section = name;
    const layout = (this.layout = new PanelLayout());
    this._content.addClass('jp-ColoniesSection-content');
    this._content.id = `jp-colonies-section-${name}`;
    this._content.layout = new PanelLayout();
    this._content.node.append(this._note, this._skeleton);
    (this._content.layout as PanelLayout).addWidget(content);
    layout.addWidget(this._heading(title));
    layout.addWidget(this._content);
    this.open = open;
  }

  /** Told when the section was opened or folded away by the reader. */
  get toggled(): ISignal<this, boolean> {
    return this._toggled;
  }

  get open(): boolean {
    return this._open;
  }

  set open(open: boolean) {
    this._open = open;
    this.toggleClass('jp-mod-open', open);
    this._button.setAttribute('aria-expanded', String(open));
    this._content.setHidden(!open);
  }

  /** How many rows there are, or a text about them; null for unknown. */
  set count(count: number | string | null) {
    const text = typeof count === 'number' ? count.toLocaleString() : (count ?? '');
    setText(this._count, text);
  }

  /** Whether there is nothing to see but what is said. */
  set bare(bare: boolean) {
    this.toggleClass('jp-mod-bare', bare);
  }

  /** What is said above the rows; null for nothing. */
  set note(note: INote | null) {
    const said = note ? [note.text, ...note.ways.map(each => each.textContent)].join('|') : '';
    if (said === this._said) {
      return;
    }
    this._said = said;
    this._note.hidden = !note;
    this._note.className = 'jp-ColoniesSection-note';
    this._note.setAttribute('role', note?.alarming ? 'alert' : 'note');
    this._note.classList.toggle('jp-mod-alarming', note?.alarming ?? false);
    const ways = element('div', 'jp-ColoniesSection-ways');
    ways.append(...(note?.ways ?? []));
    this._note.replaceChildren(element('p', '', note?.text ?? ''), ...(note ? [ways] : []));
  }

  /** Whether rows are being read that were not seen before. */
  set loading(loading: boolean) {
    this._skeleton.hidden = !loading;
    this._content.node.setAttribute('aria-busy', String(loading));
    if (loading && !this._skeleton.childElementCount) {
      for (let row = 0; row < 3; row++) {
        this._skeleton.append(element('div', 'jp-ColoniesSection-bone'));
      }
    }
  }

  private _heading(title: string): Widget {
    const widget = new Widget({ node: element('h3', 'jp-ColoniesSection-heading') });
    const caret = element('span', 'jp-ColoniesSection-caret');
    caretDownIcon.element({ container: caret });
    const button = this._button;
    button.type = 'button';
    button.setAttribute('aria-controls', this._content.id);
    button.append(caret, element('span', 'jp-ColoniesSection-title', title), this._count);
    button.addEventListener('click', () => {
      this.open = !this.open;
      this._toggled.emit(this.open);
    });
    widget.node.append(button);
    return widget;
  }

  private readonly _toggled = new Signal<this, boolean>(this);
  private readonly _button = element('button', 'jp-ColoniesSection-button');
  private readonly _count = element('span', 'jp-ColoniesSection-count');
  private readonly _note = hidden(element('div', 'jp-ColoniesSection-note'));
  private readonly _skeleton = hidden(element('div', 'jp-ColoniesSection-skeleton'));
  private readonly _content = new Widget();
  private _open = false;
  private _said = '';
}

/** A section that is a list of rows. */
export function listSection<T>(
  name: string,
  title: string,
  list: RowList<T>,
  open: boolean
): Section {
  const section = new Section(name, title, list, open);
  section.addClass('jp-mod-list');
  return section;
}

function hidden<T extends HTMLElement>(node: T): T {
  node.hidden = true;
  return node;
}
