import { Cell, CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { PanelLayout } from '@lumino/widgets';
import { Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { BadgeLine } from './badge';
import { badgesOf, IBadge } from './condition';
import { CellKind, readCell } from './executorline';
import { ISeat } from './seat';
import { Seats } from './seats';

/** For how long typing is waited for before a cell is looked at again, in milliseconds. */
const TYPING = 250;

/** What is remembered of a cell as long as its notebook is open. */
interface ICellMemory {
  source: string;
  kind: CellKind;
  /** What was registered from it last. */
  former: readonly ISeat[];
  line: BadgeLine | null;
  badges: readonly IBadge[];
}

/** What the badges of a notebook need. */
export interface IBadgesOptions {
  panel: NotebookPanel;
  colony: IColony;
  seats: Seats;
  trans: TranslationBundle;
  /** Called when somebody wants to know more of a badge, with the button they used. */
  chosen: (panel: NotebookPanel, cell: CodeCell, badge: IBadge, button: HTMLElement) => void;
}

/**
 * The badges of one notebook: each follows its cell, also while that is out of sight.
 *
 * Nothing of them is written into the notebook.
 */
export class NotebookBadges implements IDisposable {
  constructor(private readonly _options: IBadgesOptions) {
    const { panel, seats, colony } = _options;
    seats.changed.connect(this._lookAtAll, this);
    colony.standingChanged.connect(this._lookAtAll, this);
    panel.sessionContext.kernelChanged.connect(this._lookAtAll, this);
    panel.sessionContext.connectionStatusChanged.connect(this._lookAtAll, this);
    panel.content.cellInViewportChanged.connect((_, cell) => this._look(cell), this);
    panel.content.modelContentChanged.connect(this._edited, this);
    panel.disposed.connect(() => this.dispose());
    void panel.revealed.then(() => this._edited());
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      window.clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  /** The badges of a cell as they are now. */
  of(cell: Cell): readonly IBadge[] {
    return this._cells.get(cell.model.id)?.badges ?? [];
  }

  /** Open the menu of a cell's badge; whether there is one. */
  open(cell: Cell): boolean {
    const line = this._cells.get(cell.model.id)?.line;
    line?.open();
    return Boolean(line);
  }

  /** Something in the notebook was edited, added, moved or removed. */
  private _edited(): void {
    if (this._timer || this._disposed) {
      return;
    }
    this._timer = window.setTimeout(() => {
      this._timer = 0;
      const present = new Set<string>();
      for (const cell of this._options.panel.content.widgets) {
        present.add(cell.model.id);
        this._read(cell);
      }
      for (const id of this._cells.keys()) {
        if (!present.has(id)) {
          this._cells.delete(id);
        }
      }
      this._lookAtAll();
    }, TYPING);
  }

  /** Read what a cell says of itself, if it says something else than before. */
  private _read(cell: Cell): void {
    if (!(cell instanceof CodeCell)) {
      this._cells.get(cell.model.id)?.line?.dispose();
      this._cells.delete(cell.model.id);
      return;
    }
    const source = cell.model.sharedModel.getSource();
    const known = this._cells.get(cell.model.id);
    if (!known) {
      const kind = readCell(source);
      this._cells.set(cell.model.id, { source, kind, former: [], line: null, badges: [] });
    } else if (known.source !== source) {
      known.source = source;
      known.kind = readCell(source);
    }
  }

  private _lookAtAll(): void {
    if (!this._disposed) {
      this._options.panel.content.widgets.forEach(cell => this._look(cell));
    }
  }

  private _look(cell: Cell): void {
    const memory = this._cells.get(cell.model.id);
    const { seats, panel, trans, colony } = this._options;
    if (!memory || !seats.known || !(cell instanceof CodeCell)) {
      return;
    }
    const kernel = panel.sessionContext.session?.kernel;
    const here = kernel ? seats.at(kernel.id, cell.model.id) : [];
    if (!here.length && memory.kind.kind !== 'executor' && !memory.former.length) {
      this._show(cell, memory, []);
      return;
    }
    const badges = badgesOf(
      {
        source: memory.source,
        kind: memory.kind,
        hasKernel: Boolean(kernel) && kernel?.connectionStatus !== 'disconnected',
        standing: colony.standing,
        seats: here,
        former: memory.former,
        elsewhere: name => elsewhere(seats, name, kernel?.id ?? '', trans),
        running: seat => seats.running(seat).length,
        ended: seat => seats.ended(seat)
      },
      trans
    );
    memory.former = here.length ? here : memory.former;
    this._show(cell, memory, badges);
  }

  /** Show badges in the cell, if it is drawn: those of others come when they are. */
  private _show(cell: CodeCell, memory: ICellMemory, badges: readonly IBadge[]): void {
    memory.badges = badges;
    if (memory.line && (memory.line.isDisposed || memory.line.parent !== cell)) {
      // A cell that was moved is drawn anew.
      memory.line = null;
    }
    if (!badges.length) {
      memory.line?.dispose();
      memory.line = null;
      return;
    }
    const layout = cell.layout;
    if (!memory.line && !cell.isPlaceholder() && layout instanceof PanelLayout) {
      memory.line = new BadgeLine(this._options.trans, (badge, button) =>
        this._options.chosen(this._options.panel, cell, badge, button)
      );
      const code = layout.widgets.findIndex(each => each.hasClass('jp-Cell-inputWrapper'));
      layout.insertWidget(code + 1, memory.line);
    }
    memory.line?.draw(badges);
  }

  private readonly _cells = new Map<string, ICellMemory>();
  private _timer = 0;
  private _disposed = false;
}

/** From where an executor is registered, in words; empty if it is not registered. */
function elsewhere(
  seats: Seats,
  executorname: string,
  kernel: string,
  trans: TranslationBundle
): string {
  const known = seats.executors.get(executorname);
  if (!known) {
    return '';
  }
  if (!known.seats.length) {
    return trans.__('a program that is no notebook');
  }
  const [seat] = known.seats;
  return seat.kernel === kernel
    ? trans.__('another cell of this notebook')
    : seat.notebook || trans.__('another notebook');
}
