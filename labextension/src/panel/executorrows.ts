import { checkIcon, deleteIcon, closeIcon } from '@jupyterlab/ui-components';

import { Documents } from '../server/connection';
import { IPanelContext } from './context';
import { Overview } from './overview';
import { FACE, IAct, IFace } from './row';
import { IRows } from './rowlist';

type Executor = Documents['Executor'];

const PENDING = 0;
const APPROVED = 1;
const REJECTED = 2;
const ORDER = [PENDING, APPROVED, REJECTED];

/** Functions of an executor that are named in its row. */
const MOST_NAMED = 4;

/** Executors of the colony: who asks to be let in comes first. */
export class ExecutorRows implements IRows<Executor> {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _overview: Overview
  ) {}

  get rows(): readonly Executor[] {
    const { executors } = this._overview;
    if (executors !== this._known) {
      this._known = executors;
      this._rows = (executors ?? [])
        .filter(each => ORDER.includes(each.state))
        .sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
    }
    return this._rows;
  }

  key(executor: Executor): string {
    return `executor ${executor.executorname}`;
  }

  face(executor: Executor): IFace {
    const { doing } = this._context;
    const [glyph, word, fill] = this._standing(executor);
    const face = {
      ...FACE,
      glyph,
      word,
      fill,
      name: executor.executorname,
      detail: this._detail(executor, word),
      title: this._title(executor),
      acts: this._acts(executor)
    };
    return doing.over(this.key(executor), face);
  }

  private _standing({ state, executorname, unresponsive }: Executor): [string, string, string] {
    const { trans } = this._context;
    if (state === PENDING) {
      return ['?', trans.__('asks to be approved'), 'var(--jp-colonies-failed)'];
    }
    if (state === REJECTED) {
      return ['⊘', trans.__('rejected'), 'var(--jp-colonies-cancelled)'];
    }
    if (unresponsive) {
      return ['!', trans.__('does not answer'), 'var(--jp-colonies-failed)'];
    }
    const here = this._overview.figures?.connected.includes(executorname ?? '') ?? false;
    return here
      ? ['●', trans.__('connected'), 'var(--jp-colonies-successful)']
      : ['○', trans.__('not connected'), 'var(--jp-colonies-waiting)'];
  }

  private _detail({ executorname, executortype }: Executor, word: string): string {
    const { trans } = this._context;
    const load = this._overview.figures?.load[executorname ?? ''] ?? 0;
    const names = this._names(executorname);
    const named = names.slice(0, MOST_NAMED).join(', ');
    const more = names.length - MOST_NAMED;
    return [
      executortype,
      word,
      load ? trans.__('%1 running', load.toLocaleString()) : trans.__('idle'),
      more > 0 ? trans.__('%1 and %2 more', named, more.toLocaleString()) : named
    ]
      .filter(Boolean)
      .join(' · ');
  }

  private _title({ executorname, executortype, locationname }: Executor): string {
    const { trans } = this._context;
    const names = this._names(executorname);
    const lines = [
      trans.__('Type: %1', executortype ?? ''),
      locationname ? trans.__('Location: %1', locationname) : '',
      names.length ? trans.__('Functions: %1', names.join(', ')) : trans.__('No functions')
    ];
    return lines.filter(Boolean).join('\n');
  }

  private _names(executorname = ''): string[] {
    return this._overview.functions.get(executorname) ?? [];
  }

  private _acts(executor: Executor): IAct[] {
    const { colony, trans } = this._context;
    const { state } = executor;
    const unable = colony.here?.owns
      ? ''
      : trans.__('this is for the owner of the colony and of this Jupyter server');
    const approve = {
      id: 'approve',
      label: trans.__('Approve'),
      icon: checkIcon,
      inline: state === PENDING,
      unable: unable || (state === APPROVED ? trans.__('it is approved') : ''),
      run: () => this._judge(executor, true)
    };
    const reject = {
      id: 'reject',
      label: trans.__('Reject'),
      icon: closeIcon,
      inline: state === PENDING,
      unable: unable || (state === REJECTED ? trans.__('it is rejected') : ''),
      run: () => this._judge(executor, false)
    };
    const remove = {
      id: 'remove',
      label: trans.__('Remove'),
      icon: deleteIcon,
      inline: state !== PENDING,
      unable: '',
      run: () => this._remove(executor)
    };
    return [approve, reject, remove];
  }

  private _judge(executor: Executor, approved: boolean): void {
    const { doing, trans } = this._context;
    const failed = approved ? trans.__('Not approved') : trans.__('Not rejected');
    void doing.perform(this.key(executor), failed, () =>
      this._context.colony.connection.put(
        '/colonies/{colonyname}/executors/{executorname}/approval',
        { path: this._path(executor), body: { approved } }
      )
    );
  }

  private _remove(executor: Executor): void {
    const { doing, trans } = this._context;
    const question = {
      title: trans.__('Remove executor %1?', executor.executorname ?? ''),
      body: trans.__('It gets no more work. What it runs goes back to the queue.'),
      accept: trans.__('Remove')
    };
    const remove = () =>
      void doing.perform(this.key(executor), trans.__('Not removed'), () =>
        this._context.colony.connection.delete('/colonies/{colonyname}/executors/{executorname}', {
          path: this._path(executor)
        })
      );
    void doing.confirm(question, remove);
  }

  private _path({ colonyname = '', executorname = '' }: Executor): Record<string, string> {
    return { colonyname, executorname };
  }

  private _known: Executor[] | null = null;
  private _rows: Executor[] = [];
}
