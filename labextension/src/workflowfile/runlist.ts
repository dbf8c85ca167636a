import { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import { Message } from '@lumino/messaging';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import {
  button,
  chip,
  duration,
  make,
  moment
} from '../../../jupyter_colonies/widgets/page/elements.js';
import { IColony } from '../colony/colony';
import { isFinal, lookOf, milliseconds } from '../colony/states';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { ITold } from '../server/feed';
import { FileRun, RunStore } from './runstore';

/** How many runs are shown before the reader asks for the others. */
const FEW = 10;

/** How many runs are asked for at a time. */
const AT_ONCE = 4;

/** How a run is, or that it was removed; nothing before the server has said so. */
type Known = Documents['Progress'] | 'removed' | null;

/** What a list of runs is made with. */
export interface IRunListOptions {
  colony: IColony;
  store: RunStore;
  path: string;
  trans: TranslationBundle;
}

/** The runs that were submitted from a file, the newest first, each as it is now. */
export class RunList extends Widget {
  constructor({ colony, store, path, trans }: IRunListOptions) {
    super();
    this._colony = colony;
    this._store = store;
    this._path = path;
    this._trans = trans;
    this.addClass('jp-ColoniesWorkflowFile-runs');
    const heading = make('h2', { textContent: trans.__('Runs of this file') });
    heading.id = UUID.uuid4();
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-labelledby', heading.id);
    this._compare.textContent = trans.__('Compare');
    this._heading.append(heading, this._compare);
    this.node.append(this._heading, this._note, this._list, this._more);
    colony.told.connect(this._hear, this);
    colony.standingChanged.connect(this._attend, this);
    store.changed.connect(this._reload, this);
    void this._reload();
  }

  /** Emitted with the id of a run that the reader wants to see. */
  get opened(): ISignal<this, string> {
    return this._opened;
  }

  /** Emitted with the ids of two runs that the reader wants to compare, the older one first. */
  get compared(): ISignal<this, [string, string]> {
    return this._compared;
  }

  /** The file is called otherwise now. */
  set path(path: string) {
    this._path = path;
    void this._reload();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._colony.told.disconnect(this._hear, this);
      this._colony.standingChanged.disconnect(this._attend, this);
      this._store.changed.disconnect(this._reload, this);
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    void this._ask();
  }

  private async _reload(): Promise<void> {
    const runs = await this._store.of(this._path);
    if (this.isDisposed) {
      return;
    }
    this._runs = runs;
    this._draw();
    await this._ask();
  }

  /** Ask for those runs in view that may be otherwise than is known. */
  private async _ask(): Promise<void> {
    const open = this._shown.filter(({ workflowid }) => this._known.get(workflowid) === undefined);
    if (this._asking || open.length === 0 || document.hidden || !this._colony.here) {
      return;
    }
    this._asking = true;
    try {
      for (let at = 0; at < open.length && !this.isDisposed; at += AT_ONCE) {
        await Promise.all(open.slice(at, at + AT_ONCE).map(run => this._askFor(run.workflowid)));
      }
    } finally {
      this._asking = false;
    }
  }

  private async _askFor(workflowid: string): Promise<void> {
    try {
      const path = { workflowid };
      const found = await this._colony.connection.get('/workflows/{workflowid}/progress', { path });
      this._learn(workflowid, found);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) {
        this._learn(workflowid, 'removed');
      }
      // Otherwise the server is away: the note says so, and it is asked when it is back.
    }
  }

  private _learn(workflowid: string, known: Known): void {
    this._known.set(workflowid, known);
    if (!this.isDisposed) {
      const row = this._rows.get(workflowid);
      const run = this._runs.find(each => each.workflowid === workflowid);
      if (row && run) {
        this._fill(row, run);
      }
    }
  }

  private _hear(_: IColony, { event, data }: ITold): void {
    if (event === 'reset') {
      this._forget();
      void this._ask();
    } else if (event === 'workflow') {
      const told = data as Documents['WorkflowState'];
      const id = told.processgraphid;
      const known = this._known.get(id);
      if (known && known !== 'removed') {
        const { state = 0, waiting = 0, running = 0, success = 0, failed = 0 } = told;
        const cancelled = told.cancelled ?? 0;
        const counts = { waiting, running, successful: success, failed, cancelled };
        this._learn(id, { ...known, ...counts, state });
        if (isFinal(state)) {
          // When it began and ended is not told.
          void this._askFor(id);
        }
      } else if (this._rows.has(id)) {
        void this._askFor(id);
      }
    }
  }

  /** What has not ended may have gone on while nothing was told. */
  private _forget(): void {
    for (const [id, known] of this._known) {
      if (known === null || (known !== 'removed' && !isFinal(known.state))) {
        this._known.delete(id);
      }
    }
  }

  private _attend(): void {
    if (this._colony.standing === 'there') {
      this._forget();
      void this._ask();
    }
    this._say();
  }

  private _say(): void {
    const { standing } = this._colony;
    let words = '';
    if (this._runs.length === 0) {
      words = this._trans.__('None yet. Submit the workflow, and its runs appear here.');
    } else if (standing === 'away' || standing === 'refused' || standing === 'absent') {
      words = this._trans.__('The server can’t be reached: states are as they were.');
    }
    if (this._note.textContent !== words) {
      this._note.textContent = words;
    }
    this._note.hidden = words === '';
  }

  private get _shown(): readonly FileRun[] {
    return this._all ? this._runs : this._runs.slice(0, FEW);
  }

  private _draw(): void {
    this._say();
    const before = this._rows;
    this._rows = new Map();
    for (const run of this._shown) {
      const row = before.get(run.workflowid) ?? make('li');
      this._rows.set(run.workflowid, row);
      if (!before.has(run.workflowid)) {
        this._fill(row, run);
      }
    }
    this._list.replaceChildren(...this._rows.values());
    const hidden = this._runs.length - this._rows.size;
    this._more.hidden = hidden === 0;
    this._more.textContent = this._trans.__('Show %1 older runs', hidden);
    this._compare.hidden = this._runs.length < 2;
    this._tick();
  }

  private _fill(row: HTMLElement, run: FileRun): void {
    const trans = this._trans;
    const { workflowid } = run;
    const known = this._known.get(workflowid) ?? null;
    const focused = row.contains(document.activeElement)
      ? document.activeElement?.className
      : undefined;
    const when = moment(run.submitted);
    const name = trans.__('run of %1', when.textContent ?? '');
    const tick = make('input', { type: 'checkbox', className: 'tick' });
    tick.setAttribute('aria-label', trans.__('Compare the %1', name));
    tick.checked = this._ticked.has(workflowid);
    tick.disabled = known === 'removed';
    tick.onchange = () => this._toggle(workflowid, tick.checked);
    const parts: HTMLElement[] = [tick];
    if (known === 'removed') {
      parts.push(
        make('span', { className: 'state', textContent: trans.__('removed from the colony') }),
        when,
        button(trans.__('Forget'), () => void this._store.remove(this._path, workflowid), {
          className: 'forget',
          ariaLabel: trans.__('Forget the %1', name)
        })
      );
    } else {
      const state = known ? chip(lookOf(known.state, trans)) : make('span', { className: 'state' });
      state.classList.add('state');
      parts.push(
        state,
        when,
        make('span', { className: 'counts', textContent: this._counts(run, known) }),
        button(trans.__('Open'), () => this._opened.emit(workflowid), {
          className: 'open',
          ariaLabel: trans.__('Open the %1', name)
        })
      );
    }
    row.dataset.workflowid = workflowid;
    row.replaceChildren(...parts);
    if (focused) {
      row.querySelector<HTMLElement>(`.${focused}`)?.focus();
    }
  }

  private _counts(run: FileRun, known: Documents['Progress'] | null): string {
    const trans = this._trans;
    if (!known) {
      return trans._n('%1 node', '%1 nodes', run.nodes);
    }
    const { successful = 0, failed = 0, running = 0, starttime = '', endtime = '' } = known;
    const parts = [trans.__('%1 of %2 nodes', successful, run.nodes)];
    if (failed > 0) {
      parts.push(trans.__('%1 failed', failed));
    }
    if (running > 0) {
      parts.push(trans.__('%1 running', running));
    }
    const took = (milliseconds(endtime) - milliseconds(starttime)) / 1000;
    if (isFinal(known.state) && milliseconds(starttime) > 0 && took >= 0) {
      parts.push(duration(took));
    }
    return parts.join(' · ');
  }

  private _toggle(workflowid: string, on: boolean): void {
    if (on) {
      this._ticked.add(workflowid);
    } else {
      this._ticked.delete(workflowid);
    }
    this._tick();
  }

  private _tick(): void {
    const there = new Set(this._runs.map(each => each.workflowid));
    this._ticked.forEach(id => there.has(id) || this._ticked.delete(id));
    this._compare.disabled = this._ticked.size !== 2;
    this._compare.title =
      this._ticked.size === 2 ? '' : this._trans.__('Tick two runs to compare them.');
  }

  private readonly _colony: IColony;
  private readonly _store: RunStore;
  private readonly _trans: TranslationBundle;
  private _path: string;
  private _runs: readonly FileRun[] = [];
  private _rows = new Map<string, HTMLElement>();
  private _all = false;
  private _asking = false;
  private readonly _known = new Map<string, Known>();
  private readonly _ticked = new Set<string>();
  private readonly _opened = new Signal<this, string>(this);
  private readonly _compared = new Signal<this, [string, string]>(this);
  private readonly _heading = make('div', { className: 'heading' });
  private readonly _note = make('p', { role: 'status' });
  private readonly _list = make('ul');
  private readonly _compare = button('', () => {
    const two = this._runs.filter(({ workflowid }) => this._ticked.has(workflowid));
    if (two.length === 2) {
      this._compared.emit([two[1].workflowid, two[0].workflowid]);
    }
  });
  private readonly _more = button('', () => {
    this._all = true;
    this._draw();
    void this._ask();
  });
}
