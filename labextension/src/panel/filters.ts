import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { Documents } from '../server/connection';
import { lookOf, STATES } from '../colony/states';
import { element, setText } from './element';
import { ALL, IWish, WORDS } from './runlist';

/** For how long letters are collected before they are searched for, in milliseconds. */
const TYPING = 250;

/** What of all runs the reader wants to see. */
export class Filters extends Widget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('jp-ColoniesFilters');
    const trans = _trans;
    this._search.type = 'search';
    this._search.placeholder = trans.__('Name or id');
    this._search.setAttribute('aria-label', trans.__('Search runs by name or id'));
    this._search.addEventListener('input', () => {
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(this._choose, TYPING);
    });
    this._state.setAttribute('aria-label', trans.__('State of runs'));
    this._kind.setAttribute('aria-label', trans.__('Kind of runs'));
    this._kind.append(
      option('', trans.__('All kinds')),
      option('workflow', trans.__('Workflows')),
      option('process', trans.__('Single processes'))
    );
    this._order.type = 'button';
    this._order.addEventListener('click', () => {
      this._oldest = !this._oldest;
      this._sort();
      this._choose();
    });
    this._sort();
    this._state.append(option('', ''), ...WORDS.map(word => option(word, '')));
    for (const select of [this._state, this._kind]) {
      select.addEventListener('change', this._choose);
    }
    this.count(null);
    this.node.append(this._search, this._order, this._state, this._kind);
  }

  /** Told with what the reader wants to see, whenever that changes. */
  get changed(): ISignal<this, IWish> {
    return this._changed;
  }

  get wish(): IWish {
    return {
      search: this._search.value.trim(),
      state: WORDS.find(each => each === this._state.value) ?? '',
      kind:
        this._kind.value === 'workflow' || this._kind.value === 'process' ? this._kind.value : '',
      oldestFirst: this._oldest
    };
  }

  /** Whether anything is left out. */
  get narrow(): boolean {
    const { search, state, kind } = this.wish;
    return Boolean(search || state || kind);
  }

  /** Leave nothing out. */
  clear(): void {
    this._search.value = this._state.value = this._kind.value = '';
    this._changed.emit({ ...ALL, oldestFirst: this._oldest });
  }

  /** How many runs there are in each state; null for unknown. */
  count(counts: Documents['RunCounts'] | null): void {
    const told = (text: string, many: number | undefined) =>
      many === undefined ? text : `${text} (${many.toLocaleString()})`;
    const whole = counts ? Object.values(counts).reduce((sum, each) => sum + each, 0) : undefined;
    setText(this._state.options[0], told(this._trans.__('All states'), whole));
    STATES.forEach(state => {
      const { word } = lookOf(state, this._trans);
      setText(this._state.options[state + 1], told(word, counts?.[WORDS[state]]));
    });
  }

  override dispose(): void {
    window.clearTimeout(this._timer);
    super.dispose();
  }

  /** Say in which order the runs are, and what another click does. */
  private _sort(): void {
    const trans = this._trans;
    this._order.textContent = this._oldest ? '↑' : '↓';
    this._order.title = this._oldest
      ? trans.__('The oldest come first: show the newest first')
      : trans.__('The newest come first: show the oldest first');
    this._order.setAttribute('aria-label', trans.__('Oldest first'));
    this._order.setAttribute('aria-pressed', String(this._oldest));
  }

  private readonly _choose = (): void => {
    window.clearTimeout(this._timer);
    this._changed.emit(this.wish);
  };

  private readonly _changed = new Signal<this, IWish>(this);
  private readonly _search = element('input', 'jp-ColoniesFilters-search');
  private readonly _state = element('select', 'jp-ColoniesFilters-select');
  private readonly _kind = element('select', 'jp-ColoniesFilters-select');
  private readonly _order = element('button', 'jp-ColoniesFilters-order');
  private _oldest = false;
  private _timer = 0;
}

function option(value: string, text: string): HTMLOptionElement {
  const made = element('option', '', text);
  made.value = value;
  return made;
}
