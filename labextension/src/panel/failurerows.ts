import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon, launchIcon } from '@jupyterlab/ui-components';

import { lookOf } from '../colony/states';
import { Documents } from '../server/connection';
import { IPanelContext, OTHERS } from './context';
import { Overview } from './overview';
import { FACE, IFace } from './row';
import { IRows } from './rowlist';

type Failure = Documents['FailureFigures'];

/** What failed by itself, the last first. */
export class FailureRows implements IRows<Failure> {
  constructor(
    private readonly _context: IPanelContext,
    private readonly _overview: Overview
  ) {}

  get rows(): readonly Failure[] {
    return this._overview.figures?.failures ?? [];
  }

  key(failure: Failure): string {
    return `failure ${failure.processid}`;
  }

  face(failure: Failure): IFace {
    const { doing, trans } = this._context;
    const { glyph, word, fill } = lookOf(3, trans);
    const error = failure.error || trans.__('It said nothing about why.');
    const face = {
      ...FACE,
      glyph,
      word,
      fill,
      name: failure.nodename || failure.funcname,
      when: failure.endtime,
      detail: error,
      title: failure.executorname ? `${error}\n${failure.executorname}` : error,
      acts: [
        { id: 'open', label: trans.__('Open'), icon: launchIcon, run: () => this.open(failure) },
        {
          id: 'copy',
          label: trans.__('Copy the error'),
          icon: copyIcon,
          inline: true,
          run: () => Clipboard.copyToSystem(error)
        }
      ]
    };
    return doing.over(this.key(failure), face);
  }

  /** Show the process in the main area. */
  open(failure: Failure): void {
    const { commands, doing, trans } = this._context;
    const { processid, processgraphid: workflowid } = failure;
    void doing.perform(this.key(failure), trans.__('Not opened'), async () => {
      await (workflowid
        ? commands.execute(OTHERS.openRun, { workflowid, processid })
        : commands.execute(OTHERS.openProcess, { processid }));
    });
  }
}
