import { deleteIcon, pauseIcon, redoIcon, runIcon } from '@jupyterlab/ui-components';
import { UUID } from '@lumino/coreutils';

import { Documents } from '../server/connection';
import { IPanelContext } from './context';
import { Overview } from './overview';
import { FACE, IAct, IFace } from './row';
import { IRows } from './rowlist';
import { happens, short } from './when';

/** What starts workflows by itself: at certain times, or when enough has been packed. */
export type Timer =
  { kind: 'cron'; it: Documents['Cron'] } | { kind: 'generator'; it: Documents['Generator'] };

/** Crons and generators, by their names. */
export class TimerRows implements IRows<Timer> {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _overview: Overview
  ) {}

  get rows(): readonly Timer[] {
    const { crons, generators } = this._overview;
    if (crons !== this._crons || generators !== this._generators) {
      [this._crons, this._generators] = [crons, generators];
      this._rows = [
        ...(crons ?? []).map(it => ({ kind: 'cron', it }) as const),
        ...(generators ?? []).map(it => ({ kind: 'generator', it }) as const)
      ].sort((one, other) => (one.it.name ?? '').localeCompare(other.it.name ?? ''));
    }
    return this._rows;
  }

  key({ kind, it }: Timer): string {
    return `${kind} ${it.name}`;
  }

  face(timer: Timer): IFace {
    const { doing, trans } = this._context;
    const { disabled, name } = timer.it;
    const on = !disabled;
    const face = {
      ...FACE,
      glyph: timer.kind === 'cron' ? '◷' : '▤',
      word: on ? trans.__('on') : trans.__('off'),
      fill: on ? 'var(--jp-colonies-running)' : 'var(--jp-colonies-waiting)',
      name: name ?? '',
      when: timer.kind === 'cron' && on ? (timer.it.nextrun ?? '') : '',
      detail: this._detail(timer),
      acts: this._acts(timer)
    };
    return doing.over(this.key(timer), face);
  }

  private _detail(timer: Timer): string {
    const { trans } = this._context;
    const last = happens(timer.it.lastrun ?? '')
      ? trans.__('last %1', short(timer.it.lastrun ?? ''))
      : trans.__('never started');
    return [timer.it.disabled ? trans.__('off') : this._rule(timer), last].join(' · ');
  }

  private _rule(timer: Timer): string {
    const { trans } = this._context;
    if (timer.kind === 'generator') {
      const { trigger = 0 } = timer.it;
      return trans._n('starts with %1 argument', 'starts with %1 arguments', trigger);
    }
    const { cronexpression, interval = 0, nextrun = '' } = timer.it;
    const rule = cronexpression || trans.__('every %1 s', interval.toLocaleString());
    return happens(nextrun) ? trans.__('next %1 · %2', short(nextrun), rule) : rule;
  }

  private _acts(timer: Timer): IAct[] {
    const { trans } = this._context;
    const { disabled } = timer.it;
    return [
      {
        id: 'run',
        label: trans.__('Run now'),
        icon: runIcon,
        inline: true,
        run: () => this._run(timer)
      },
      {
        id: disabled ? 'on' : 'off',
        label: disabled ? trans.__('Switch on') : trans.__('Switch off'),
        icon: disabled ? redoIcon : pauseIcon,
        inline: true,
        run: () => this._switch(timer)
      },
      {
        id: 'remove',
        label: trans.__('Remove'),
        icon: deleteIcon,
        inline: true,
        run: () => this._remove(timer)
      }
    ];
  }

  private _run(timer: Timer): void {
    const { colony, doing, trans } = this._context;
    const { connection } = colony;
    const idempotencyKey = UUID.uuid4();
    void doing.perform(this.key(timer), trans.__('Not started'), async () => {
      if (timer.kind === 'generator') {
        const path = { generatorid: timer.it.generatorid ?? '' };
        await connection.post('/generators/{generatorid}/runs', { path, idempotencyKey });
        return;
      }
      const { cronid = '', prevprocessgraphid } = timer.it;
      const path = { cronid };
      const now = await connection.post('/crons/{cronid}/runs', { path, idempotencyKey });
      if (now.prevprocessgraphid === prevprocessgraphid) {
        throw new Error(trans.__('the workflow before has not ended.'));
      }
    });
  }

  private _switch(timer: Timer): void {
    const { colony, doing, trans } = this._context;
    const body = { enabled: Boolean(timer.it.disabled) };
    const failed = body.enabled ? trans.__('Not switched on') : trans.__('Not switched off');
    void doing.perform(this.key(timer), failed, async () => {
      await (timer.kind === 'cron'
        ? colony.connection.put('/crons/{cronid}/switch', {
            path: { cronid: timer.it.cronid ?? '' },
            body
          })
        : colony.connection.put('/generators/{generatorid}/switch', {
            path: { generatorid: timer.it.generatorid ?? '' },
            body
          }));
    });
  }

  private _remove(timer: Timer): void {
    const { colony, doing, trans } = this._context;
    const cron = timer.kind === 'cron';
    const question = {
      title: trans.__('Remove %1?', timer.it.name ?? ''),
      body: cron
        ? trans.__('It starts nothing any more. What it has started goes on.')
        : trans.__('It is removed with what is packed for it. What it has started goes on.'),
      accept: trans.__('Remove')
    };
    const remove = () =>
      void doing.perform(this.key(timer), trans.__('Not removed'), () =>
        timer.kind === 'cron'
          ? colony.connection.delete('/crons/{cronid}', {
              path: { cronid: timer.it.cronid ?? '' }
            })
          : colony.connection.delete('/generators/{generatorid}', {
              path: { generatorid: timer.it.generatorid ?? '' }
            })
      );
    void doing.confirm(question, remove);
  }

  private _crons: Documents['Cron'][] | null = null;
  private _generators: Documents['Generator'][] | null = null;
  private _rows: Timer[] = [];
}
