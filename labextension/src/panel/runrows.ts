import { Clipboard } from '@jupyterlab/apputils';
import {
  bellIcon,
  copyIcon,
  deleteIcon,
  launchIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import { UUID } from '@lumino/coreutils';

import { isFinal, lookOf, milliseconds, STATES } from '../colony/states';
import { durationText } from '../graph/duration';
import { grouped } from '../graph/number';
import { Refused } from '../server/failure';
import { IPanelContext, OTHERS } from './context';
import { FACE, IAct, IFace, IShare } from './row';
import { IRows } from './rowlist';
import { progress, Run, RunList } from './runlist';

/** How runs look in the panel, and what can be done with them. */
export class RunRows implements IRows<Run> {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _list: RunList
  ) {}

  get rows(): readonly Run[] {
    return this._list.rows;
  }

  key(run: Run): string {
    return run.runid;
  }

  face(run: Run): IFace {
    const look = lookOf(run.state, this._context.trans);
    const face = {
      ...FACE,
      glyph: look.glyph,
      word: look.word,
      fill: look.fill,
      name: this.nameOf(run),
      when: run.submissiontime,
      detail: this._detail(run),
      bar: isFinal(run.state) ? [] : this._bar(run),
      acts: this._acts(run)
    };
    return this._context.doing.over(run.runid, face);
  }

  /** What people call a run: its name, or the beginning of its id. */
  nameOf({ name, runid, kind }: Run): string {
    const { trans } = this._context;
    const id = runid.slice(0, 8);
    return name || (kind === 'workflow' ? trans.__('Workflow %1', id) : trans.__('Process %1', id));
  }

  /** Show a run in the main area. */
  open(run: Run): void {
    const { commands, doing, trans } = this._context;
    const name = this.nameOf(run);
    void doing.perform(run.runid, trans.__('Not opened'), async () => {
      if (run.kind === 'workflow') {
        await commands.execute(OTHERS.openRun, { workflowid: run.runid, name });
      } else {
        await commands.execute(OTHERS.openProcess, { processid: run.runid, name });
      }
    });
  }

  private _detail(run: Run): string {
    const { trans } = this._context;
    const { total, finished } = progress(run);
    const parts: string[] = [];
    if (run.kind === 'workflow') {
      parts.push(
        isFinal(run.state)
          ? run.failed
            ? trans.__('%1 of %2 failed', grouped(run.failed), grouped(total))
            : trans._n('%1 process', '%1 processes', total)
          : trans.__('%1 of %2', grouped(finished), grouped(total))
      );
    } else {
      parts.push(run.executorname || trans.__('single process'));
    }
    const [from, to] = [milliseconds(run.starttime), milliseconds(run.endtime)];
    if (isFinal(run.state) && from && to >= from) {
      parts.push(durationText((to - from) * 1000));
    }
    parts.push(run.initiatorname);
    return parts.filter(Boolean).join(' · ');
  }

  private _bar(run: Run): IShare[] {
    const { trans } = this._context;
    const parts = [run.waiting, run.running, run.successful, run.failed, run.cancelled];
    const order = [2, 3, 4, 1] as const;
    const shares = order.map(state => ({
      part: parts[state],
      fill: lookOf(STATES[state], trans).fill
    }));
    return [...shares, { part: parts[0], fill: 'var(--jp-border-color2)' }];
  }

  private _acts(run: Run): IAct[] {
    const { commands, trans } = this._context;
    const ended = isFinal(run.state);
    const workflow = run.kind === 'workflow';
    const acts: IAct[] = [
      { id: 'open', label: trans.__('Open'), icon: launchIcon, run: () => this.open(run) },
      ended
        ? { id: 'again', label: this._again(run), icon: refreshIcon, run: () => this._rerun(run) }
        : { id: 'cancel', label: trans.__('Cancel'), icon: stopIcon, run: () => this._cancel(run) }
    ];
    acts[1].inline = true;
    if (!ended && workflow && commands.hasCommand(OTHERS.watchRun)) {
      acts.push({
        id: 'watch',
        label: trans.__('Tell me when it ends'),
        icon: bellIcon,
        inline: true,
        run: () => this._watch(run)
      });
    }
    const runs = run.state === 1 || (workflow && !ended);
    acts.push(
      {
        id: 'copy',
        label: trans.__('Copy the id'),
        icon: copyIcon,
        run: () => Clipboard.copyToSystem(run.runid)
      },
      {
        id: 'remove',
        label: trans.__('Remove'),
        icon: deleteIcon,
        inline: ended,
        unable: runs ? trans.__('cancel it first') : '',
        run: () => this._remove(run)
      }
    );
    return acts;
  }

  private _again({ kind, state }: Run): string {
    const { trans } = this._context;
    if (kind === 'workflow' && state > 2) {
      return trans.__('Run again what did not succeed');
    }
    return trans.__('Run again');
  }

  private _cancel({ runid, kind }: Run): void {
    const { colony, doing, trans } = this._context;
    void doing.perform(runid, trans.__('Not cancelled'), () =>
      this._there(runid, () =>
        kind === 'workflow'
          ? colony.connection.put('/workflows/{workflowid}/cancellation', {
              path: { workflowid: runid }
            })
          : colony.connection.put('/processes/{processid}/cancellation', {
              path: { processid: runid }
            })
      )
    );
  }

  /** Run it again: of a workflow that succeeded everything, of another one what did not succeed. */
  private _rerun({ runid, kind, state }: Run): void {
    const { colony, doing, trans } = this._context;
    const idempotencyKey = UUID.uuid4();
    void doing.perform(runid, trans.__('Not run again'), () =>
      this._there(runid, async () => {
        if (kind === 'process') {
          const path = { processid: runid };
          await colony.connection.post('/processes/{processid}/retries', { path, idempotencyKey });
          return;
        }
        const path = { workflowid: runid };
        const fromnodes = state === 2 ? await this._roots(runid) : [];
        await colony.connection.post('/workflows/{workflowid}/reruns', {
          path,
          body: { fromnodes, functionspecs: [] },
          idempotencyKey
        });
      })
    );
  }

  /** The ids of the processes that wait for no other: with them everything runs again. */
  private async _roots(workflowid: string): Promise<string[]> {
    const { connection } = this._context.colony;
    const { workflow } = await connection.get('/workflows/{workflowid}', { path: { workflowid } });
    return workflow.rootprocessids ?? [];
  }

  private _watch({ runid }: Run): void {
    const { commands, doing, trans } = this._context;
    void doing.perform(runid, trans.__('Not watched'), async () => {
      await commands.execute(OTHERS.watchRun, { workflowid: runid });
    });
  }

  private _remove(run: Run): void {
    const { colony, doing, trans } = this._context;
    const { runid, kind } = run;
    const question = {
      title: trans.__('Remove %1?', this.nameOf(run)),
      body: trans.__('Its processes, results and logs are removed for everybody, and for good.'),
      accept: trans.__('Remove')
    };
    const remove = () =>
      void doing.perform(runid, trans.__('Not removed'), async () => {
        await this._there(runid, () =>
          kind === 'workflow'
            ? colony.connection.delete('/workflows/{workflowid}', { path: { workflowid: runid } })
            : colony.connection.delete('/processes/{processid}', { path: { processid: runid } })
        );
        this._list.forget(runid);
      });
    void doing.confirm(question, remove);
  }

  /** Do something with a run; one that is not there any more is taken out of the list. */
  private async _there(runid: string, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) {
        throw error;
      }
      this._list.forget(runid);
    }
  }
}
