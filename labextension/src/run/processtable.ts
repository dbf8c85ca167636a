import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { Register, Roll } from '../../../jupyter_colonies/widgets/dag/roll.js';
import { Table } from '../../../jupyter_colonies/widgets/dag/table.js';
import { ILook, lookOf, milliseconds, STATES, tally } from '../colony/states';
import { PageModel } from '../page/model';
import { Documents } from '../server/connection';
import { RunSession } from './runsession';

type NodeChange = Documents['NodeChange'];

/** A row as the shared table has it: what stands where is said in `roll.js`. */
type Row = (string | number)[];

/** The processes of a run as a table that can be searched, filtered and sorted. */
export class ProcessTable extends Widget {
  constructor(
    private readonly _session: RunSession,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesRunTable');
    this.node.classList.add('colonies-surface', 'colonies-board');
    this._legend = STATES.map(state => lookOf(state, _trans));
    this._model = new PageModel({
      news: { heading: this._heading() },
      roll: { rows: [] },
      search: '',
      states: [],
      selected: ''
    });
    const sight = { choose: (processid: string) => this._choose(processid) };
    this._register = new Register(this._model);
    this._roll = new Roll(this._model);
    this._table = new Table(this._model, sight, this._roll);
    this._table.element.hidden = false;
    this.node.append(this._bar(), this._table.element);
    this._model.on('change:search change:states change:news', () => this._tell());
    _session.changed.connect(this._learn, this);
    _session.restarted.connect(this._restart, this);
    this._show(_session.nodes.values());
  }

  /** The id of the process that is selected; empty for none. */
  get selected(): string {
    return this._model.get('selected');
  }

  set selected(processid: string) {
    this._model.set('selected', processid);
  }

  get selectedChanged(): ISignal<this, string> {
    return this._selectedChanged;
  }

  /** Show processes as they were at an earlier moment; null for as they are. */
  showStates(nodes: NodeChange[] | null): void {
    this._past = nodes;
    if (nodes) {
      const absent = new Set(this._numbers.keys());
      nodes.forEach(({ processid }) => absent.delete(processid));
      this._show(nodes, absent);
    } else {
      this._show(this._session.nodes.values());
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._table.dispose();
    this._roll.dispose();
    this._register.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._redraw();
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    super.onResize(msg);
    this._redraw();
  }

  /** Only what is in view is drawn, which is to be found out anew when that has changed. */
  private _redraw(): void {
    this._model.tell({});
  }

  private _bar(): HTMLElement {
    const bar = document.createElement('div');
    bar.className = 'bar';
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = this._trans.__('Find a process');
    input.setAttribute('aria-label', this._trans.__('Find by name, function, executor or id'));
    input.dataset.lmSuppressShortcuts = 'true';
    input.addEventListener('input', () => this._model.set('search', input.value));
    const chips = document.createElement('div');
    chips.className = 'bar legend';
    chips.setAttribute('role', 'group');
    chips.setAttribute('aria-label', this._trans.__('Show only processes in these states'));
    this._chips = STATES.map(state => this._chip(lookOf(state, this._trans).word));
    chips.append(...this._chips.map(({ button }) => button));
    this._told.className = 'found';
    this._told.setAttribute('role', 'status');
    bar.append(input, this._told, chips);
    return bar;
  }

  private _chip(word: string): { button: HTMLButtonElement; count: HTMLElement } {
    const look = this._legend.find(each => each.word === word);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'entry';
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.setAttribute('aria-hidden', 'true');
    swatch.textContent = look?.glyph ?? '';
    swatch.style.background = look?.fill ?? '';
    const count = document.createElement('span');
    count.className = 'count';
    button.append(swatch, word, ' ', count);
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      const chosen = this._model.get<string[]>('states');
      const others = chosen.filter(each => each !== word);
      const pressed = others.length === chosen.length;
      this._model.set('states', pressed ? [...chosen, word] : others);
      button.setAttribute('aria-pressed', String(pressed));
    });
    return { button, count };
  }

  private _tell(): void {
    const words = this._roll.narrowed
      ? this._trans.__('%1 found', this._roll.matches.length.toLocaleString())
      : '';
    if (this._told.textContent !== words) {
      this._told.textContent = words;
    }
  }

  private _choose(processid: string): void {
    if (processid !== this.selected) {
      this._model.set('selected', processid);
      this._selectedChanged.emit(processid);
    }
  }

  private _learn(_: RunSession, { nodes }: Documents['WorkflowChange']): void {
    if (!this._past) {
      this._show(nodes);
    }
  }

  private _restart(): void {
    this._numbers.clear();
    this._model.update({ roll: { rows: [] }, news: { heading: this._heading(), rows: {} } });
  }

  /** Take in nodes that may be new or different, and such that are not there at the moment. */
  private _show(nodes: Iterable<NodeChange>, absent: Iterable<string> = []): void {
    const rows: Record<number, Row> = {};
    for (const node of nodes) {
      const { processid } = node;
      const number = this._numbers.get(processid) ?? this._numbers.size;
      this._numbers.set(processid, number);
      rows[number] = this._row(node);
    }
    for (const processid of absent) {
      rows[this._numbers.get(processid) ?? 0] = [processid, '', ''];
    }
    this._model.set('news', { heading: this._heading(), rows });
    const counts = tally(this._past ?? this._session.nodes.values());
    STATES.forEach((state, place) => {
      this._chips[place].count.textContent = counts[state].toLocaleString();
    });
  }

  private _heading(): { rows: number; legend: unknown } {
    return { rows: this._numbers.size, legend: this._legend };
  }

  private _row(node: NodeChange): Row {
    const { word } = lookOf(node.state, this._trans);
    const trans = this._trans;
    const origin = node.keptfrom ? trans.__('kept') : node.cached ? trans.__('cached') : '';
    return [
      node.processid,
      node.nodename || node.funcname,
      word,
      node.funcname,
      node.executortype,
      node.executorname,
      milliseconds(node.starttime),
      milliseconds(node.endtime),
      origin ? `${word}, ${origin}` : word
    ];
  }

  private readonly _legend: ILook[];
  private readonly _model: PageModel;
  private readonly _selectedChanged = new Signal<this, string>(this);
  private readonly _register: Register;
  private readonly _roll: Roll;
  private readonly _table: Table;
  private readonly _told = document.createElement('span');
  private readonly _numbers = new Map<string, number>();
  private _chips: { button: HTMLButtonElement; count: HTMLElement }[] = [];
  private _past: NodeChange[] | null = null;
}
