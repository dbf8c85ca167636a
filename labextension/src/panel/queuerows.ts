import { milliseconds } from '../colony/states';
import { Documents } from '../server/connection';
import { IPanelContext } from './context';
import { Overview } from './overview';
import { FACE, IFace } from './row';
import { IRows } from './rowlist';

type Queue = Documents['QueueFigures'];

/** What waits for which type of executor, the oldest first, and why nobody takes it. */
export class QueueRows implements IRows<Queue> {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _overview: Overview
  ) {}

  get rows(): readonly Queue[] {
    const queues = this._overview.figures?.queues;
    if (queues !== this._known) {
      this._known = queues;
      this._rows = [...(queues ?? [])].sort(
        (one, other) => milliseconds(one.oldest) - milliseconds(other.oldest)
      );
    }
    return this._rows;
  }

  key(queue: Queue): string {
    return `queue ${queue.executortype}`;
  }

  face(queue: Queue): IFace {
    const { trans } = this._context;
    const why = this.obstacle(queue.executortype);
    const serving = this._of(queue.executortype).filter(each => each.state === 1).length;
    const served = trans._n('%1 executor serves it', '%1 executors serve it', serving);
    const ready = trans._n('%1 is ready', '%1 are ready', queue.ready);
    return {
      ...FACE,
      glyph: why ? '!' : '○',
      word: why ? trans.__('stuck') : trans.__('waiting'),
      fill: why ? 'var(--jp-colonies-failed)' : 'var(--jp-colonies-waiting)',
      name: queue.executortype || trans.__('(no executor type)'),
      when: queue.oldest,
      detail: why ? `${why} · ${ready}` : `${ready} · ${served}`,
      title: `${why || served}\n${ready}`
    };
  }

  /** Why nobody takes what waits for a type of executor; empty if somebody will. */
  obstacle(executortype: string): string {
    const { trans } = this._context;
    const { figures, executors } = this._overview;
    if (figures?.paused) {
      return trans.__('assignments are paused');
    }
    if (!executors) {
      return '';
    }
    const theirs = this._of(executortype);
    const approved = theirs.filter(each => each.state === 1);
    const connected = new Set(figures?.connected);
    if (!theirs.length) {
      return trans.__('no executor has this type');
    }
    if (!approved.length) {
      return theirs.some(each => each.state === 0)
        ? trans.__('its executors are not approved yet')
        : trans.__('its executors are rejected');
    }
    return approved.some(each => connected.has(each.executorname ?? ''))
      ? ''
      : trans.__('its executors are not connected');
  }

  private _of(executortype: string): Documents['Executor'][] {
    const { executors } = this._overview;
    return (executors ?? []).filter(
      each => each.executortype === executortype && (each.state ?? 0) < 3
    );
  }

  private _known: Queue[] | undefined;
  private _rows: Queue[] = [];
}
