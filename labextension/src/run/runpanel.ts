import { TranslationBundle } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { ISignal, Signal } from '@lumino/signaling';
import { Panel, SplitPanel, TabPanel, Widget } from '@lumino/widgets';

import { Documents } from '../server/connection';
import { RunHeading } from './heading';
import { RunNotice } from './notice';
import { RunSession } from './runsession';

type NodeChange = Documents['NodeChange'];

/** Below this width, in pixels, the inspector stands under the graph and not beside it. */
const NARROW = 760;

/** One way to look at a run; what is selected in one of them is selected in all. */
export interface IRunPane extends Widget {
  selected: string;
  readonly selectedChanged: ISignal<unknown, string>;
  /** Show how processes were at an earlier moment; null for how they are. */
  showStates?(nodes: NodeChange[] | null): void;
}

/** What shows one process. */
export interface IProcessView {
  readonly widget: Widget;
  inspect(node: NodeChange | null): void;
  readonly chosen: ISignal<unknown, string>;
  readonly newRun: ISignal<unknown, string>;
}

/** What lets the reader choose an earlier moment. */
export interface IMoments {
  readonly widget: Widget;
  readonly moment: ISignal<unknown, NodeChange[] | null>;
}

/** The parts of which the view of a run is made; a pane is made when it is looked at first. */
export interface IRunParts {
  panes: { name: string; label: string; make: () => IRunPane }[];
  inspector?: IProcessView;
  replay?: IMoments;
}

/** A run: heading, panes, replay and inspector, which all tell of the same process. */
export class RunPanel extends Panel {
  /**
   * @param page - the address of the application's page, where who signs in again gets to
   */
  constructor(
    private readonly _session: RunSession,
    private readonly _parts: IRunParts,
    page: string,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesRun');
    this._heading = new RunHeading(_session, trans);
    this._heading.wanted.connect((_, workflowid) => this._wanted.emit(workflowid));
    this.addWidget(this._heading);
    this.addWidget(new RunNotice(_session, page, trans));
    this._split.addClass('jp-ColoniesRun-split');
    this._tabs.addClass('jp-ColoniesRun-tabs');
    this._build();
    this.addWidget(this._split);
    _session.changed.connect(this._learn, this);
    this._observer.observe(this.node);
    this._observer.observe(this._split.node);
  }

  /** The id of the process that is selected; empty for none. */
  get selected(): string {
    return this._selected;
  }

  set selected(processid: string) {
    if (processid === this._selected) {
      return;
    }
    this._selected = processid;
    this._made.forEach(pane => (pane.selected = processid));
    this._inspect();
    this._selectedChanged.emit(processid);
  }

  get selectedChanged(): ISignal<this, string> {
    return this._selectedChanged;
  }

  /** The name of the pane in view. */
  get pane(): string {
    return this._parts.panes[this._tabs.currentIndex]?.name ?? '';
  }

  set pane(name: string) {
    const index = this._parts.panes.findIndex(each => each.name === name);
    if (index >= 0) {
      this._tabs.currentIndex = index;
    }
  }

  get paneChanged(): ISignal<this, string> {
    return this._paneChanged;
  }

  /** The id of another run that the reader wants to see. */
  get wanted(): ISignal<this, string> {
    return this._wanted;
  }

  override dispose(): void {
    this._observer.disconnect();
    Signal.clearData(this);
    super.dispose();
    this._session.dispose();
  }

  private _build(): void {
    const { panes, inspector, replay } = this._parts;
    for (const { label } of panes) {
      const holder = new Panel();
      holder.addClass('jp-ColoniesRun-pane');
      holder.title.label = label;
      this._tabs.addWidget(holder);
    }
    this._tabs.currentChanged.connect((_, { currentIndex }) => this._make(currentIndex), this);
    const left = new Panel();
    left.addClass('jp-ColoniesRun-left');
    left.addWidget(this._tabs);
    if (replay) {
      left.addWidget(replay.widget);
      replay.moment.connect((_, nodes) => this._showStates(nodes));
    }
    this._split.addWidget(left);
    if (inspector) {
      inspector.chosen.connect((_, processid) => (this.selected = processid));
      inspector.newRun.connect((_, workflowid) => this._wanted.emit(workflowid));
      this._split.addWidget(inspector.widget);
      this._split.setRelativeSizes([3, 2]);
      // The graph has all the room until a process is looked at.
      inspector.widget.hide();
    }
    this._make(this._tabs.currentIndex);
    this._inspect();
  }

  private _make(index: number): void {
    const part = this._parts.panes[index];
    const holder = this._tabs.widgets[index];
    if (!part || !(holder instanceof Panel)) {
      return;
    }
    if (!this._made.has(part.name)) {
      const pane = part.make();
      this._made.set(part.name, pane);
      holder.addWidget(pane);
      pane.selected = this._selected;
      pane.showStates?.(this._past);
      pane.selectedChanged.connect((_, processid) => (this.selected = processid));
    }
    this._paneChanged.emit(part.name);
  }

  private _showStates(nodes: NodeChange[] | null): void {
    this._past = nodes;
    this._heading.showStates(nodes);
    this._made.forEach(pane => pane.showStates?.(nodes));
  }

  private _learn(_: RunSession, { nodes }: Documents['WorkflowChange']): void {
    if (nodes.some(({ processid }) => processid === this._selected)) {
      this._inspect();
    }
  }

  private _inspect(): void {
    const { inspector } = this._parts;
    inspector?.inspect(this._session.nodes.get(this._selected) ?? null);
    if (this._selected) {
      inspector?.widget.show();
    }
  }

  /** The room changed, also because the heading needs more lines: nothing else tells the parts. */
  private readonly _fit = () => {
    const orientation = this.node.clientWidth < NARROW ? 'vertical' : 'horizontal';
    if (orientation !== this._split.orientation) {
      this._split.orientation = orientation;
    }
    MessageLoop.postMessage(this._split, Widget.ResizeMessage.UnknownSize);
  };

  private readonly _observer = new ResizeObserver(this._fit);
  private readonly _selectedChanged = new Signal<this, string>(this);
  private readonly _paneChanged = new Signal<this, string>(this);
  private readonly _wanted = new Signal<this, string>(this);
  private readonly _split = new SplitPanel({ spacing: 5 });
  private readonly _tabs = new TabPanel();
  private readonly _made = new Map<string, IRunPane>();
  private readonly _heading: RunHeading;
  private _selected = '';
  private _past: NodeChange[] | null = null;
}
