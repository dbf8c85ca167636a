import { PanelLayout, Widget } from '@lumino/widgets';

import { IPanelContext, OTHERS } from './context';
import { button, element } from './element';
import { Filters } from './filters';
import { Overview } from './overview';
import { RowList } from './rowlist';
import { Run, RunList } from './runlist';
import { RunRows } from './runrows';
import { INote, Section } from './section';

/** The runs of the colony: what is looked for, and the list. */
export class RunSection extends Section {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _list: RunList,
    private readonly _overview: Overview,
    open: boolean
  ) {
    const { trans } = _context;
    const filters = new Filters(trans);
    const source = new RunRows(_context, _list);
    const rows = new RowList<Run>(trans.__('Runs'), source);
    const content = new Widget();
    const layout = (content.layout = new PanelLayout());
    layout.addWidget(filters);
    layout.addWidget(rows);
    content.addClass('jp-ColoniesRuns');
    super('runs', trans.__('Runs'), content, open);
    this._filters = filters;
    this._rows = rows;
    filters.changed.connect((_, wish) => void _list.look(wish));
    rows.opened.connect((_, run) => source.open(run));
    rows.ended.connect(() => void _list.follow());
    _list.changed.connect(this.refresh, this);
    _context.doing.changed.connect(this.refresh, this);
  }

  override dispose(): void {
    this._list.changed.disconnect(this.refresh, this);
    this._context.doing.changed.disconnect(this.refresh, this);
    super.dispose();
  }

  /** Bring the section up to date with what is known. */
  refresh(): void {
    const { reading, rows, more, trouble } = this._list;
    const { counts } = this._overview;
    this._filters.count(counts);
    const whole = counts ? Object.values(counts).reduce((sum, each) => sum + each, 0) : null;
    const many = more ? `${rows.length.toLocaleString()}+` : rows.length;
    this.count = this._filters.narrow ? many : (whole ?? (reading === 'empty' ? null : many));
    this.bare = !rows.length;
    this.loading = !rows.length && (reading === 'reading' || reading === 'empty');
    this.note = trouble
      ? this._failed(trouble)
      : reading === 'read' && !rows.length
        ? this._none()
        : null;
    this._rows.refresh();
  }

  private _failed(trouble: string): INote {
    const { trans } = this._context;
    const again = button(trans.__('Try again'), () => void this._list.renew());
    return {
      text: trans.__('Runs could not be read: %1', trouble),
      ways: [again],
      alarming: true
    };
  }

  private _none(): INote {
    const { colony, commands, trans } = this._context;
    if (this._filters.narrow) {
      const all = button(trans.__('Show all runs'), () => this._filters.clear());
      return { text: trans.__('No run is like that.'), ways: [all] };
    }
    const ways: HTMLElement[] = [];
    if (commands.hasCommand(OTHERS.newFile)) {
      ways.push(
        button(
          trans.__('New workflow file'),
          () => void commands.execute(OTHERS.newFile),
          'jp-mod-accept'
        )
      );
    }
    const link = element('a', 'jp-ColoniesPanel-button', trans.__('How it is done over REST'));
    link.href = colony.connection.address('/docs');
    link.target = '_blank';
    link.rel = 'noopener';
    ways.push(link);
    const text = trans.__(
      'Nothing has run here yet. Submit a workflow: from a notebook with “colony.submit(…)”, or from a workflow file.'
    );
    return { text, ways };
  }

  private readonly _filters: Filters;
  private readonly _rows: RowList<Run>;
}
