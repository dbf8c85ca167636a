import { LabIcon } from '@jupyterlab/ui-components';

import { element, setAttribute, setText } from './element';
import { exact, happens, short } from './when';

/** Something that can be done with a row. */
export interface IAct {
  id: string;
  label: string;
  icon: LabIcon;
  /** Whether it has a button in the row; all others are in its menu only. */
  inline?: boolean;
  /** Why it can't be done at present; empty if it can. */
  unable?: string;
  run(): void;
}

/** A share of a row's bar: its part of the whole, and a colour of CSS. */
export interface IShare {
  part: number;
  fill: string;
}

/** What is shown of a row. */
export interface IFace {
  glyph: string;
  /** The glyph in a word. */
  word: string;
  fill: string;
  name: string;
  /** A moment as the server tells it, empty for none. */
  when: string;
  detail: string;
  /** The whole detail, where the row may have no room for it. */
  title: string;
  bar: IShare[];
  acts: IAct[];
  /** Whether the detail is about something that went wrong. */
  trouble: boolean;
}

/** An empty face, to be completed. */
export const FACE: IFace = {
  glyph: '',
  word: '',
  fill: '',
  name: '',
  when: '',
  detail: '',
  title: '',
  bar: [],
  acts: [],
  trouble: false
};

/** What a face says to those who can't see it. */
export function spoken({ name, word, detail }: IFace, moment: string): string {
  return [name, word, detail, moment].filter(Boolean).join(', ');
}

/** The element of a row. */
export class RowView {
  constructor() {
    const text = element('div', 'jp-ColoniesRow-text');
    const first = element('div', 'jp-ColoniesRow-first');
    const second = element('div', 'jp-ColoniesRow-second');
    first.append(this._name, this._when);
    second.append(this._bar, this._detail);
    text.append(first, second);
    this._glyph.setAttribute('aria-hidden', 'true');
    this._bar.setAttribute('aria-hidden', 'true');
    this.node.append(this._glyph, text, this._acts);
  }

  readonly node = element('div', 'jp-ColoniesRow');

  /** Show what a row is now; `current` says that its buttons can be reached by the tabulator. */
  show(face: IFace, current: boolean): void {
    const { glyph, word, fill, name, when, detail, title, bar, trouble } = face;
    setText(this._glyph, glyph);
    setAttribute(this._glyph, 'title', word);
    this._glyph.style.background = fill;
    setText(this._name, name);
    setAttribute(this._name, 'title', name);
    const seen = happens(when);
    const moment = seen ? exact(when) : '';
    setText(this._when, seen ? short(when) : '');
    setAttribute(this._when, 'title', moment);
    setText(this._detail, detail);
    setAttribute(this._detail, 'title', title || detail);
    this._bar.hidden = !bar.length;
    this._bar.style.background = bar.length ? gradient(bar) : '';
    this.node.classList.toggle('jp-mod-trouble', trouble);
    setAttribute(this.node, 'aria-label', spoken(face, moment));
    this._offer(
      face.acts.filter(each => each.inline),
      current
    );
  }

  private _offer(acts: IAct[], current: boolean): void {
    const signature = acts.map(each => each.id).join(' ');
    if (signature !== this._offered) {
      this._offered = signature;
      this._acts.replaceChildren(
        ...acts.map(({ id, icon }) => {
          const made = element('button', 'jp-ColoniesRow-act');
          made.type = 'button';
          made.dataset.act = id;
          icon.element({ container: made, elementPosition: 'center', stylesheet: 'menuItem' });
          return made;
        })
      );
    }
    acts.forEach(({ label, unable }, index) => {
      const made = this._acts.children[index] as HTMLButtonElement;
      setAttribute(made, 'aria-label', label);
      setAttribute(made, 'title', unable ? `${label}: ${unable}` : label);
      setAttribute(made, 'aria-disabled', unable ? 'true' : '');
      made.tabIndex = current ? 0 : -1;
    });
  }

  private readonly _glyph = element('span', 'jp-ColoniesRow-glyph');
  private readonly _name = element('span', 'jp-ColoniesRow-name');
  private readonly _when = element('span', 'jp-ColoniesRow-when');
  private readonly _bar = element('span', 'jp-ColoniesRow-bar');
  private readonly _detail = element('span', 'jp-ColoniesRow-detail');
  private readonly _acts = element('div', 'jp-ColoniesRow-acts');
  private _offered = '';
}

function gradient(bar: IShare[]): string {
  const whole = bar.reduce((sum, { part }) => sum + part, 0) || 1;
  let reached = 0;
  const stops = bar.map(({ part, fill }) => {
    const from = reached;
    reached += (100 * part) / whole;
    return `${fill} ${from.toFixed(2)}% ${reached.toFixed(2)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
