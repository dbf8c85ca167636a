import { ISignal, Signal } from '@lumino/signaling';

import timeline from '../../../jupyter_colonies/widgets/timeline/timeline.js';
import { PageModel } from '../page/model';
import { Chronicle } from './chronicle';
import { Plot } from './plot';
import { IPaneOptions, RunPane } from './runpane';
import { inTurns } from './turns';

/** Nothing is chosen in the chart. */
const NONE = -1;

/** The timeline of a run: which executor worked on what and when, live while the run goes on. */
export class TimelinePane extends RunPane {
  constructor(options: IPaneOptions) {
    super(options);
    this.addClass('jp-ColoniesTimeline');
  }

  /** The id of the selected process, empty for none; it need not have a bar. */
  get selected(): string {
    return this._selected;
  }

  set selected(processid: string) {
    if (processid !== this._selected) {
      this._selected = processid;
      this._showSelected();
      this._selectedChanged.emit(processid);
    }
  }

  get selectedChanged(): ISignal<this, string> {
    return this._selectedChanged;
  }

  override dispose(): void {
    this.chronicle?.momentChanged.disconnect(this._showMoment, this);
    super.dispose();
  }

  protected override async paint(chronicle: Chronicle): Promise<void> {
    const plot = (this._plot ??= new Plot(this.session.name, this.trans));
    const work = plot.update(chronicle.history, chronicle.now, this.trouble);
    const news = await inTurns(work, () => this.isDisposed || plot !== this._plot);
    if (!news) {
      return;
    }
    if (this.isMounted) {
      this._model.set('news', news);
    } else {
      this._model = new PageModel({ bars: [], news, chosen: NONE });
      this._model.on('change:chosen', () => this._chartChose());
      this.mount(timeline(), this._model);
    }
    chronicle.momentChanged.connect(this._showMoment, this);
    this._showMoment(chronicle);
    this._showSelected();
  }

  protected override restart(): void {
    this._plot = null;
  }

  /** Mark the moment that a replay shows. */
  private _showMoment(chronicle: Chronicle): void {
    const { moment, history } = chronicle;
    this._model.set('moment', moment === null ? NONE : moment - history.begin);
  }

  private _chartChose(): void {
    if (!this._showing && this._plot) {
      this.selected = this._plot.process(this._model.get('chosen'));
    }
  }

  /** Let the chart show the bar of the selected process, if it has one. */
  private _showSelected(): void {
    if (this._plot && this._plot.process(this._model.get('chosen')) !== this._selected) {
      this._showing = true;
      this._model.set('chosen', this._plot.lastBar(this._selected));
      this._showing = false;
    }
  }

  private readonly _selectedChanged = new Signal<this, string>(this);
  private _model = new PageModel({ chosen: NONE });
  private _plot: Plot | null = null;
  private _selected = '';
  private _showing = false;
}
