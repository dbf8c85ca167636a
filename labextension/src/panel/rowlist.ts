import { Message } from '@lumino/messaging';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { IFace, RowView } from './row';
import { openMenu } from './rowmenu';

/** What a list shows: rows that are told apart by a key. */
export interface IRows<T> {
  readonly rows: readonly T[];
  key(row: T): string;
  face(row: T): IFace;
}

/** Rows that are made beyond those in view. */
const BEYOND = 8;

/** The height of a row that nobody could measure, in pixels. */
const USUAL = 44;

/**
 * A list of rows of one height, of which only those in view are elements.
 *
 * One row is the current one: the arrow keys lead from it to others, and what is in it can be
 * reached by the tabulator. When rows come in above what is in view, that stays where it is.
 */
export class RowList<T> extends Widget {
  constructor(
    label: string,
    private readonly _source: IRows<T>
  ) {
    super();
    this.addClass('jp-ColoniesRows');
    this._space.className = 'jp-ColoniesRows-space';
    this._space.setAttribute('role', 'list');
    this._space.setAttribute('aria-label', label);
    this.node.tabIndex = -1;
    this.node.append(this._space);
  }

  /** Told with the row that the reader wants to see more of. */
  get opened(): ISignal<this, T> {
    return this._opened;
  }

  /** Told when rows near the end of the list come into view. */
  get ended(): ISignal<this, void> {
    return this._ended;
  }

  /** Bring rows up to date with the source, and keep what is in view in its place. */
  refresh(): void {
    const { rows } = this._source;
    const scrolled = this.node.scrollTop;
    if (scrolled > 0 && this._top) {
      const now = this._find(this._top.key, this._top.index);
      if (now >= 0 && now !== this._top.index) {
        this._measure(rows.length);
        this.node.scrollTop = scrolled + (now - this._top.index) * this._height;
      }
    }
    if (this._key) {
      const now = this._find(this._key, this._current);
      this._current = now >= 0 ? now : Math.min(this._current, Math.max(rows.length - 1, 0));
    }
    this._draw();
  }

  /** Make a row the current one, show it and give it the focus. */
  choose(index: number): void {
    const { rows } = this._source;
    const wanted = Math.max(0, Math.min(index, rows.length - 1));
    if (!rows.length) {
      return;
    }
    this._current = wanted;
    this._key = this._source.key(rows[wanted]);
    const top = wanted * this._height;
    if (top < this.node.scrollTop) {
      this.node.scrollTop = top;
    } else if (top + this._height > this.node.scrollTop + this.node.clientHeight) {
      this.node.scrollTop = top + this._height - this.node.clientHeight;
    }
    this._draw();
    this._elements.get(wanted)?.node.focus({ preventScroll: true });
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'scroll':
        this._frame ||= requestAnimationFrame(() => this._draw(false));
        return;
      case 'keydown':
        this._press(event as KeyboardEvent);
        return;
      case 'focusin': {
        const element = (event.target as Element).closest<HTMLElement>('[data-index]');
        if (element && Number(element.dataset.index) !== this._current) {
          this._current = Number(element.dataset.index);
          this._key = this._source.key(this._source.rows[this._current]);
          this._draw();
        }
        return;
      }
      case 'click':
      case 'dblclick':
        this._click(event as MouseEvent);
        return;
      case 'contextmenu':
        this._offer(event as MouseEvent);
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    for (const type of EVENTS) {
      this.node.addEventListener(type, this, { passive: type === 'scroll' });
    }
    this._watcher.observe(this.node);
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    EVENTS.forEach(type => this.node.removeEventListener(type, this));
    this._watcher.disconnect();
    cancelAnimationFrame(this._frame);
    this._frame = 0;
  }

  private _press(event: KeyboardEvent): void {
    const element = event.target as HTMLElement;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: this._page,
      PageUp: -this._page,
      Home: -Infinity,
      End: Infinity
    };
    if (event.key in steps && !event.altKey && !event.ctrlKey && !event.metaKey) {
      this.choose(this._current + steps[event.key]);
    } else if (event.key === 'Enter' && element.dataset.index !== undefined) {
      const row = this._source.rows[this._current];
      if (row) {
        this._opened.emit(row);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _click(event: MouseEvent): void {
    const pressed = (event.target as Element).closest<HTMLElement>('[data-act]');
    const row = this._rowOf(event);
    if (row === undefined) {
      return;
    }
    if (pressed && event.type === 'click') {
      const act = this._source.face(row).acts.find(each => each.id === pressed.dataset.act);
      if (act && !act.unable) {
        act.run();
      }
    } else if (!pressed && event.type === 'dblclick') {
      this._opened.emit(row);
    }
  }

  /** A menu at the pointer, or at the row where the keyboard asks for it. */
  private _offer(event: MouseEvent): void {
    const row = this._rowOf(event);
    if (row === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const place = this._elements.get(this._current)?.node.getBoundingClientRect();
    const keyed = event.button !== 2 && place;
    const [x, y] = keyed ? [place.left + 24, place.bottom] : [event.clientX, event.clientY];
    openMenu(this._source.face(row).acts, x, y);
  }

  private _rowOf(event: Event): T | undefined {
    const element = (event.target as Element | null)?.closest<HTMLElement>('[data-index]');
    return element ? this._source.rows[Number(element.dataset.index)] : undefined;
  }

  private get _page(): number {
    return Math.max(1, Math.floor(this.node.clientHeight / this._height) - 1);
  }

  private _measure(many: number): void {
    const size = parseFloat(getComputedStyle(this.node).fontSize);
    const height = size ? Math.round(size * 3.4) : USUAL;
    if (height !== this._height) {
      this._height = height;
      this.node.style.setProperty('--jp-colonies-row', `${height}px`);
    }
    const whole = `${many * this._height}px`;
    if (this._space.style.height !== whole) {
      this._space.style.height = whole;
    }
  }

  /** Show what is in view: all of it, or only what came into view. */
  private _draw(all = true): void {
    this._frame = 0;
    const { rows } = this._source;
    if (all) {
      this._measure(rows.length);
    }
    const first = Math.max(0, Math.floor(this.node.scrollTop / this._height));
    const seen = Math.ceil((this.node.clientHeight || 10 * this._height) / this._height);
    const from = Math.max(0, first - BEYOND);
    const to = Math.min(rows.length, first + seen + BEYOND);
    this._top = rows[first] ? { index: first, key: this._source.key(rows[first]) } : null;
    const fresh = this._reuse(from, to);
    for (let index = from; index < to; index++) {
      if (all || fresh.has(index)) {
        this._show(index, rows[index], rows.length);
      }
    }
    if (to > rows.length - 60) {
      this._ended.emit();
    }
  }

  /** Elements out of view show what comes into view: the indexes of that. */
  private _reuse(from: number, to: number): Set<number> {
    const free: RowView[] = [];
    const fresh = new Set<number>();
    for (const [index, view] of this._elements) {
      if (index < from || index >= to) {
        this._elements.delete(index);
        if (view.node.contains(document.activeElement)) {
          // Who reads with the keyboard stays in the list.
          this.node.focus({ preventScroll: true });
        }
        free.push(view);
      }
    }
    for (let index = from; index < to; index++) {
      if (!this._elements.has(index)) {
        this._elements.set(index, free.pop() ?? this._make());
        fresh.add(index);
      }
    }
    free.forEach(view => view.node.remove());
    return fresh;
  }

  private _make(): RowView {
    const view = new RowView();
    view.node.setAttribute('role', 'listitem');
    this._space.append(view.node);
    return view;
  }

  private _show(index: number, row: T, many: number): void {
    const view = this._elements.get(index);
    if (!view) {
      return;
    }
    const current = index === this._current;
    view.node.dataset.index = String(index);
    view.node.style.transform = `translateY(${index * this._height}px)`;
    view.node.setAttribute('aria-posinset', String(index + 1));
    view.node.setAttribute('aria-setsize', String(many));
    view.node.tabIndex = current ? 0 : -1;
    view.node.classList.toggle('jp-mod-current', current);
    view.show(this._source.face(row), current);
  }

  /** Where the row with a key is now; it is looked for near where it was first. */
  private _find(key: string, near: number): number {
    const { rows } = this._source;
    const is = (index: number) =>
      rows[index] !== undefined && this._source.key(rows[index]) === key;
    for (let away = 0; away < rows.length; away++) {
      if (is(near + away)) {
        return near + away;
      }
      if (is(near - away)) {
        return near - away;
      }
    }
    return -1;
  }

  private readonly _opened = new Signal<this, T>(this);
  private readonly _ended = new Signal<this, void>(this);
  private readonly _space = document.createElement('div');
  private readonly _elements = new Map<number, RowView>();
  private readonly _watcher = new ResizeObserver(() => {
    this._frame ||= requestAnimationFrame(() => this._draw());
  });
  private _top: { index: number; key: string } | null = null;
  private _current = 0;
  private _key = '';
  private _height = USUAL;
  private _frame = 0;
}

const EVENTS = ['scroll', 'keydown', 'focusin', 'click', 'dblclick', 'contextmenu'];
