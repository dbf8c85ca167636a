import { ISignal, Signal } from '@lumino/signaling';

import player from '../../../jupyter_colonies/widgets/timeline/replay.js';
import { PageModel } from '../page/model';
import { Chronicle } from './chronicle';
import { History, NodeChange } from './history';
import { changesAt, countUntil, Past, progressText, spanOf, stepFrom } from './replay';
import { IPaneOptions, RunPane } from './runpane';
import { NEVER } from './times';
import { inTurns, Work } from './turns';

/** Where the slider stands while the run is shown as it is now. */
const LIVE = -1;

/** The slider over the time of a run: play, pause, step, or go to any moment. */
export class ReplayBar extends RunPane {
  constructor(options: IPaneOptions) {
    super(options);
    this.addClass('jp-ColoniesReplay');
  }

  /** The processes as they were at the moment that is shown; null while that is now. */
  get moment(): ISignal<this, NodeChange[] | null> {
    return this._moment;
  }

  override dispose(): void {
    window.cancelAnimationFrame(this._frame);
    super.dispose();
  }

  protected override async paint(chronicle: Chronicle): Promise<void> {
    const work = this._study(chronicle.history);
    const { history } = chronicle;
    this._generation += 1;
    const generation = this._generation;
    const span = await inTurns(work, () => this.isDisposed || generation !== this._generation);
    if (!span) {
      return;
    }
    if (this.isMounted) {
      this._model.set('span', span);
    } else if (history.begin > NEVER) {
      const hear = (message: Record<string, unknown>) => this._step(Number(message.step));
      this._model = new PageModel({ at: LIVE, span, told: {} }, hear);
      this._model.on('change:at', () => this._moved());
      this.mount(player, this._model);
    }
    this._show();
  }

  protected override restart(): void {
    this._generation += 1;
    this._past = null;
    this._model.set('at', LIVE);
    this._tell(null, []);
  }

  /** What the slider has to know of a history. */
  private *_study(history: History): Work<unknown> {
    const moments = history.moments();
    yield;
    const span = spanOf(history, moments, this.trouble);
    yield;
    this._moments = moments;
    this._past = new Past(history);
    return span;
  }

  /** The slider is moved more often than there are pictures. */
  private _moved(): void {
    this._frame ||= window.requestAnimationFrame(() => {
      this._frame = 0;
      this._show();
    });
  }

  private _show(): void {
    const past = this._past;
    const at = this._model.get<number>('at');
    if (!past || this.isDisposed) {
      return;
    }
    const { history } = past;
    const moment = at === LIVE ? history.end : history.begin + at;
    const nodes = at === LIVE ? [...history.nodes.values()] : past.at(moment);
    const last = countUntil(this._moments, moment) - 1;
    const changes = last < 0 ? [] : changesAt(history, nodes, this._moments[last], this.trans);
    this._model.set('told', {
      progress: progressText(nodes, this.trans),
      changes,
      step: last + 1,
      steps: this._moments.length
    });
    this._tell(at === LIVE ? null : moment, nodes);
  }

  /** Go to the next change, or to the one before if it is negative. */
  private _step(count: number): void {
    if (!this._past) {
      return;
    }
    const { history } = this._past;
    const over = !history.going;
    const at = this._model.get<number>('at');
    const from = at === LIVE ? null : history.begin + at;
    const moment = stepFrom(this._moments, from, count, over);
    const isNow = moment === null || (over && moment >= history.end);
    this._model.set('at', isNow ? LIVE : Math.max(moment - history.begin, 0));
  }

  private _tell(moment: number | null, nodes: NodeChange[]): void {
    if (this.chronicle) {
      this.chronicle.moment = moment;
    }
    if (moment !== null || this._isPast) {
      this._isPast = moment !== null;
      this._moment.emit(moment === null ? null : nodes);
    }
  }

  private readonly _moment = new Signal<this, NodeChange[] | null>(this);
  private _model = new PageModel({ at: LIVE });
  private _past: Past | null = null;
  private _moments: number[] = [];
  private _isPast = false;
  private _generation = 0;
  private _frame = 0;
}
