import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';

import { IColonySettings } from '../colony/settings';
import { Documents } from '../server/connection';
import { ITold } from '../server/feed';
import { Banner } from './banner';
import { IPanelContext } from './context';
import { ExecutorRows } from './executorrows';
import { FailureRows } from './failurerows';
import { Header } from './header';
import { colonyIcon } from './icon';
import { Kept } from './kept';
import { Kind, KINDS, Overview } from './overview';
import { Pace } from './pace';
import { QueueRows } from './queuerows';
import { IRows, RowList } from './rowlist';
import { RunList } from './runlist';
import { RunSection } from './runsection';
import { listSection, Section } from './section';
import { TimerRows } from './timerrows';

/** What is shown where there is nothing, by the names of sections. */
type Empty = (trans: TranslationBundle) => string;

/** A server that needs long for an answer is left alone for so many times as long. */
const SHARE = 5;

/** The colony at a glance, in a sidebar. */
export class ColonyPanel extends Widget {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _settings: IColonySettings
  ) {
    super();
    const { colony, trans } = _context;
    this.id = 'jp-colonies-panel';
    this.addClass('jp-ColoniesPanel');
    this.title.icon = colonyIcon;
    this.title.className = 'jp-ColoniesPanel-tab';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Colony'));
    this._header = new Header(trans);
    this._body.addClass('jp-ColoniesPanel-body');
    this._body.layout = new PanelLayout();
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(this._header);
    layout.addWidget(new Banner(colony, trans));
    layout.addWidget(this._body);
    this._badge(0);
    this._pace = new Pace(
      () => this._read(),
      () => Math.max(this._settings.current.refresh, SHARE * this._took)
    );
    colony.told.connect(this._hear, this);
    colony.standingChanged.connect(this._stand, this);
    _settings.changed.connect(this._describe, this);
    void colony.ready.then(here => this._begin(here));
    this._stand();
  }

  override dispose(): void {
    this._pace.dispose();
    this._context.colony.told.disconnect(this._hear, this);
    this._context.colony.standingChanged.disconnect(this._stand, this);
    this._settings.changed.disconnect(this._describe, this);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._pace.now();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.querySelector<HTMLElement>('input, .jp-ColoniesSection-button')?.focus();
  }

  /** The server is known: there is something to show. */
  private _begin(here: Documents['Here']): void {
    const { colony, doing, trans } = this._context;
    const { connection } = colony;
    const overview = (this._overview = new Overview(connection, here.colonyname));
    this._runs = new RunList(connection, here.colonyname);
    const kept = new Kept(`${connection.settings.baseUrl}:panel`);
    const section = new RunSection(this._context, this._runs, overview, kept.get('runs', true));
    this._add(kept, section);
    const executors = new ExecutorRows(this._context, overview);
    const queue = new QueueRows(this._context, overview);
    const timers = new TimerRows(this._context, overview);
    const failures = new FailureRows(this._context, overview);
    this._list(
      kept,
      'executors',
      trans.__('Executors'),
      executors,
      () => overview.executors,
      each =>
        each.__(
          'No executors yet. A cell becomes one with %%colonies executor, a function with @colony.function.'
        )
    );
    this._list(
      kept,
      'queue',
      trans.__('Queue'),
      queue,
      () => overview.figures,
      each => each.__('Nothing waits for an executor.')
    );
    this._list(
      kept,
      'timers',
      trans.__('Crons and generators'),
      timers,
      () => overview.crons,
      each =>
        each.__(
          'Nothing starts by itself. Add crons and generators with the monitor of a notebook.'
        )
    );
    const failed = this._list(
      kept,
      'failures',
      trans.__('Recent failures'),
      failures,
      () => overview.figures,
      each => each.__('Nothing has failed lately.')
    );
    failed.opened.connect((_, failure) => failures.open(failure));
    overview.changed.connect(() => this._show());
    doing.changed.connect(() => this._afterwards());
    this._describe();
    void this._runs.look({});
    this._pace.now();
  }

  private _list<T>(
    kept: Kept,
    name: string,
    title: string,
    source: IRows<T>,
    known: () => unknown,
    empty: Empty
  ): RowList<T> {
    const list = new RowList(title, source);
    const section = listSection(name, title, list, kept.get(name, name === 'executors'));
    const { doing, trans } = this._context;
    const show = () => {
      const many = source.rows.length;
      section.count = known() ? many : null;
      section.loading = !known() && !this._overview?.trouble;
      const trouble = known() ? '' : (this._overview?.trouble ?? '');
      const alarming = Boolean(trouble);
      const text = trouble || (known() && !many ? empty(trans) : '');
      section.note = text ? { text, ways: [], alarming } : null;
      list.refresh();
    };
    doing.changed.connect(show);
    this._shows.push(show);
    this._add(kept, section);
    show();
    return list;
  }

  private _add(kept: Kept, section: Section): void {
    section.toggled.connect((_, open) => {
      kept.set(section.name, open);
      this._pace.now();
    });
    this._sections.push(section);
    (this._body.layout as PanelLayout).addWidget(section);
  }

  private _hear(_: unknown, { event, data }: ITold): void {
    const overview = this._overview;
    if (!overview || !this._runs) {
      return;
    }
    if (event === 'changed') {
      const { changed } = data as Documents['Stirred'];
      overview.want(...KINDS.filter(each => changed.includes(each)));
      if (changed.includes('processes')) {
        overview.want('counts');
      }
    } else if (event === 'reset') {
      overview.want(...KINDS);
      this._missed = true;
    } else {
      this._runs.learn(event, data);
      overview.want('counts', 'processes');
    }
    this._pace.knock();
  }

  private _stand(): void {
    const { standing } = this._context.colony;
    this.toggleClass('jp-mod-stale', standing === 'away' || standing === 'refused');
    this.node.dataset.standing = standing;
    if (standing === 'there' && this._overview) {
      this._overview.want(...KINDS);
      this._missed = this._runs?.reading === 'failed' || this._missed;
      this._pace.knock();
    }
    this._describe();
  }

  private _afterwards(): void {
    this._overview?.want('executors', 'crons', 'generators', 'counts');
    this._pace.knock();
  }

  /** Read what may have changed of what is in view; the number of the badge always is. */
  private async _read(): Promise<void> {
    const [overview, runs] = [this._overview, this._runs];
    if (!overview || !runs) {
      return;
    }
    const before = total(overview.counts);
    const begun = performance.now();
    await overview.read(this._seen());
    this._took = performance.now() - begun;
    this._badge(overview.counts?.running ?? 0);
    const { colony } = this._context;
    if (overview.unknown && colony.standing === 'there') {
      // The events go on for a while after a session has expired: asking shows how it is.
      colony.retry();
    }
    if (!this.isVisible) {
      return;
    }
    if (this._missed) {
      this._missed = false;
      await runs.renew();
    }
    try {
      await runs.flush();
      if (total(overview.counts) < before) {
        await runs.greet();
      }
    } catch {
      // Said by the banner; what is new is asked for when the server is there again.
      this._missed = true;
    }
  }

  private _seen(): Kind[] {
    if (!this.isVisible) {
      return ['counts'];
    }
    const open = (name: string) => this._sections.some(each => each.name === name && each.open);
    const kinds: Kind[] = ['counts'];
    if (open('queue') || open('failures') || open('executors')) {
      kinds.push('processes');
    }
    if (open('queue') || open('executors')) {
      kinds.push('executors');
    }
    return open('timers') ? [...kinds, 'crons', 'generators'] : kinds;
  }

  private _show(): void {
    this._shows.forEach(show => show());
    this._sections.forEach(each => each instanceof RunSection && each.refresh());
  }

  private _describe(): void {
    const { here } = this._context.colony;
    this._header.describe(here, this._settings.current.showAddress);
  }

  private _badge(running: number): void {
    const { trans } = this._context;
    const told = trans._n('Colony: %1 run is running', 'Colony: %1 runs are running', running);
    this.title.caption = running ? told : trans.__('Colony: nothing runs');
    const shown = running > 99 ? '99+' : String(running);
    this.title.dataset = running ? { coloniesRunning: shown } : {};
    this._header.running = running;
  }

  private readonly _header: Header;
  private readonly _body = new Widget();
  private readonly _pace: Pace;
  private readonly _sections: Section[] = [];
  private readonly _shows: (() => void)[] = [];
  private _overview: Overview | null = null;
  private _runs: RunList | null = null;
  private _missed = false;
  private _took = 0;
}

function total(counts: Documents['RunCounts'] | null): number {
  return counts ? Object.values(counts).reduce((sum, each) => sum + each, 0) : 0;
}
