import type { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Core } from 'cytoscape';

import board from '../../../jupyter_colonies/widgets/dag/board.js';
import { PageModel } from '../page/model';
import type { Documents } from '../server/connection';
import { Colours } from './colours';
import { ILimits, LIMITS } from './limits';
import { Pace } from './pace';
import type { IElement } from './sketch';
import type { Answer, INews, Wish } from './stage';
import { startWorker } from './startworker';
import { Workshop } from './workshop';

/** What the board can set that the scene has to know. */
const SIGHT = 'change:selected change:details change:unfolded';

/** What is drawn, as the board's script keeps it: the elements by their ids, and how often it changed. */
interface IDrawn {
  number: number;
  elements: Record<string, IElement>;
}

/** What a graph is made with. */
export interface IRunGraphOptions {
  trans: TranslationBundle;
  /** What the workflow is called. */
  title: string;
  /** How much is drawn. */
  limits?: Partial<ILimits>;
  /** Whether the drawing fills its pane; otherwise it is as high as the graph needs. */
  fills?: boolean;
}

/**
 * The live graph of a run, without a kernel: heading, legend, search, table, and the drawing.
 *
 * It is told of changes and draws them at its own pace; folding and layout are done in a worker.
 * The script that draws is the one of the kernel's widget, so that both are used alike.
 */
export class RunGraph extends Widget {
  constructor({ trans, title, limits, fills = true }: IRunGraphOptions) {
    super();
    this._trans = trans;
    this.addClass('jp-ColoniesGraph');
    this.node.classList.add('colonies-dag', 'colonies-surface');
    this._canvas.className = 'custom-widget';
    this._canvas.classList.toggle('fills', fills);
    this._note.className = 'jp-ColoniesGraph-note';
    this._note.setAttribute('role', 'status');
    this._note.textContent = trans.__('The graph is on its way …');
    const above = document.createElement('div');
    this.node.append(above, this._canvas, this._note);
    this._workshop = new Workshop(
      answer => this._hear(answer),
      words => this._fail(words),
      startWorker
    );
    this._workshop.ask({ wish: 'name', title });
    this._workshop.ask({ wish: 'limit', limits: { ...LIMITS, ...limits } });
    this._model = new PageModel(
      {
        roll: { rows: [] },
        drawn: { number: 0, elements: {} },
        news: {},
        selected: '',
        search: '',
        states: [],
        highlighted: false,
        details: false,
        unfolded: false
      },
      message => this._wish(message)
    );
    this._model.on(SIGHT, this._look);
    this._model.on('change:selected', this._tellSelected);
    this._ends = [
      board.initialize?.({ model: this._model }),
      board.render({ model: this._model, el: above })
    ];
    document.addEventListener('visibilitychange', this._seen);
    this._palette.observe(document.body, { attributeFilter: ['data-colonies-palette'] });
  }

  /** The id of the selected process; an empty text if there is none. */
  get selected(): string {
    return this._model.get<string>('selected');
  }

  set selected(processid: string) {
    this._model.set('selected', processid);
  }

  /** Emitted with the id of the selected process, whoever selected it. */
  get selectedChanged(): ISignal<this, string> {
    return this._selectedChanged;
  }

  /** Why the graph is not live, for the reader; an empty text if it is. */
  get trouble(): string {
    return this._trouble;
  }

  set trouble(words: string) {
    if (words !== this._trouble) {
      this._trouble = words;
      this._say({ wish: 'tell', trouble: words });
    }
  }

  /** How much is drawn; what is left out is as usual. */
  set limits(limits: Partial<ILimits>) {
    this._say({ wish: 'limit', limits: { ...LIMITS, ...limits } });
  }

  /** Call the workflow something else. */
  rename(title: string): void {
    this._say({ wish: 'name', title });
  }

  /** Take in what has changed in the workflow; the first change has all of it. */
  learn(change: Documents['WorkflowChange']): void {
    this._workshop.ask({ wish: 'name', id: change.processgraphid });
    this._say({ wish: 'learn', nodes: change.nodes });
  }

  /** The next change has all of the workflow again; until it comes, what is drawn stays. */
  reset(): void {
    this._workshop.ask({ wish: 'forget' });
  }

  /** Show the processes as they were at another moment; null shows them as they are. */
  showStates(nodes: Documents['NodeChange'][] | null): void {
    this._say({ wish: 'moment', nodes });
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this._seen);
    this._palette.disconnect();
    this._pace.dispose();
    this._workshop.dispose();
    this._ends.reverse().forEach(end => end?.());
    this._cy?.destroy();
    this._cy = null;
    this._painted(0);
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    void this._begin();
    this._pace.look();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._pace.look();
  }

  /** Make the drawing; the board's script finds it by itself. */
  private async _begin(): Promise<void> {
    if (this._begun) {
      return;
    }
    this._begun = true;
    try {
      const { default: cytoscape } = await import('cytoscape');
      if (this.isDisposed) {
        return;
      }
      this._cy = cytoscape({
        container: this._canvas,
        style: this._colours.style,
        layout: { name: 'preset', fit: false },
        boxSelectionEnabled: false,
        minZoom: 0.02,
        maxZoom: 3
      });
    } catch (error) {
      this._begun = false;
      this._fail(error instanceof Error ? error.message : String(error));
    }
  }

  private _say(wish: Wish): void {
    this._workshop.ask(wish);
    this._pace.knock();
  }

  /** What the board's script asks for. */
  private _wish({ wish, part }: Record<string, unknown>): void {
    if (wish === 'roll') {
      this._workshop.ask({ wish });
    } else if (wish === 'open' || wish === 'close') {
      this._say({ wish, part: String(part ?? '') });
    }
  }

  private readonly _look = (): void => {
    const [selected, details, unfolded] = [
      this._model.get<string>('selected'),
      this._model.get<boolean>('details'),
      this._model.get<boolean>('unfolded')
    ];
    this._say({ wish: 'look', sight: { selected, details, unfolded } });
  };

  private readonly _tellSelected = (): void => {
    this._selectedChanged.emit(this.selected);
  };

  private readonly _seen = (): void => this._pace.look();

  /** Ask for what is new, and be done when the page has drawn it. */
  private _paint(): Promise<number> {
    return new Promise(resolve => {
      this._painted = resolve;
      this._workshop.ask({ wish: 'view' });
    });
  }

  private _hear(answer: Answer): void {
    if (answer.answer === 'news') {
      const begun = performance.now();
      this._pace.elements = answer.elements;
      this._draw(answer.news);
      const work = performance.now() - begun;
      // Cytoscape draws with the next frame.
      requestAnimationFrame(() => window.setTimeout(() => this._painted(work)));
    } else if (answer.answer === 'roll') {
      this._model.tell({ from: 0, rows: answer.rows });
    }
  }

  private _draw(news: INews): void {
    const { number } = this._model.get<IDrawn>('drawn');
    this._model.set('news', { ...this._colours.news(news), number: number + 1 });
    const { total, trouble } = news.heading;
    this._note.hidden = total > 0 || trouble !== '';
    this._note.textContent = this._trans.__('There is nothing to draw.');
  }

  /** The reader has chosen other colours for the states. */
  private _recolour(): void {
    const before = this._colours;
    this._colours = Colours.now();
    this._cy?.style(this._colours.style);
    const { heading } = this._model.get<Partial<INews>>('news');
    if (heading) {
      const turn = this._colours.since(before);
      const drawn = this._model.get<IDrawn>('drawn');
      const number = drawn.number + 1;
      const known = Object.entries(drawn.elements);
      const elements = Object.fromEntries(known.map(([id, each]) => [id, turn.element(each)]));
      this._model.set('drawn', { number, elements });
      this._model.set('news', { heading: turn.heading(heading), number });
    }
  }

  private _fail(words: string): void {
    this._note.hidden = false;
    this._note.textContent = this._trans.__('The graph can’t be drawn: %1', words);
    this._painted(0);
  }

  private readonly _trans: TranslationBundle;
  private readonly _canvas = document.createElement('div');
  private readonly _note = document.createElement('p');
  private readonly _model: PageModel;
  private readonly _workshop: Workshop;
  private readonly _pace = new Pace(
    () => this._paint(),
    () => !document.hidden && this.isVisible
  );
  private readonly _palette = new MutationObserver(() => this._recolour());
  private readonly _selectedChanged = new Signal<this, string>(this);
  private readonly _ends: (void | (() => void))[];
  private _painted: (work: number) => void = () => undefined;
  private _colours = Colours.now();
  private _cy: Core | null = null;
  private _begun = false;
  private _trouble = '';
}
