import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';

/** What of a run is run again. */
export type Again = 'unsuccessful' | 'everything';

/** What can be done with a run, wherever its name stands; each asks, and says what went wrong. */
export class RunActs {
  constructor(
    private readonly _colony: IColony,
    private readonly _trans: TranslationBundle
  ) {}

  /** Cancel what has not finished, if the reader confirms it; whether that was done. */
  async cancel(workflowid: string): Promise<boolean> {
    const trans = this._trans;
    const path = { workflowid };
    const done = await this._trying(trans.__('The run could not be cancelled'), async () => {
      const progress = await this._colony.connection.get('/workflows/{workflowid}/progress', {
        path
      });
      const left = progress.waiting + progress.running;
      if (!left) {
        Notification.info(trans.__('Nothing to cancel: the run has finished.'));
        return false;
      }
      const { button } = await showDialog({
        title: trans.__('Cancel this run?'),
        body: trans._n(
          '%1 process that waits or runs is cancelled. What has finished keeps its result.',
          '%1 processes that wait or run are cancelled. What has finished keeps its result.',
          left
        ),
        buttons: [
          Dialog.cancelButton({ label: trans.__('Let it go on') }),
          Dialog.warnButton({ label: trans.__('Cancel the run') })
        ]
      });
      if (button.accept) {
        await this._colony.connection.put('/workflows/{workflowid}/cancellation', { path });
      }
      return button.accept;
    });
    return done ?? false;
  }

  /**
   * Run a finished workflow again, as a new one.
   *
   * @param again - what of it; undefined to ask the reader
   * @returns the id of the new workflow; empty if there is none
   */
  async rerun(workflowid: string, again?: Again): Promise<string> {
    const trans = this._trans;
    const made = await this._trying(trans.__('The run could not be run again'), async () => {
      const progress = await this._colony.connection.get('/workflows/{workflowid}/progress', {
        path: { workflowid }
      });
      const left = progress.waiting + progress.running;
      if (left) {
        Notification.info(
          trans._n(
            'The run has not finished: wait for %1 process, or cancel the run first.',
            'The run has not finished: wait for %1 processes, or cancel the run first.',
            left
          )
        );
        return '';
      }
      const chosen = again ?? (await this._choose(progress));
      return chosen ? this._submit(workflowid, chosen) : '';
    });
    return made ?? '';
  }

  /** The notebook and the cell that the function of a process comes from; null if unknown. */
  async source(processid: string): Promise<{ path: string; cellId: string } | null> {
    const trans = this._trans;
    const found = await this._trying(trans.__('The cell could not be found'), async () => {
      const attributes = await this._colony.connection.get('/processes/{processid}/attributes', {
        path: { processid }
      });
      const text = (name: string) => attributes.find(({ key }) => key === name)?.value ?? '';
      return { path: text('source.notebook'), cellId: text('source.cell') };
    });
    if (found && !found.cellId) {
      Notification.info(trans.__('It is not known which cell ran this process.'));
    }
    return found?.cellId ? found : null;
  }

  /** Ask how much of a run is to be run again; empty if nothing. */
  private async _choose(progress: Documents['Progress']): Promise<Again | ''> {
    const trans = this._trans;
    const { failed, cancelled, successful } = progress;
    const left = failed + cancelled;
    const everything = trans.__('Everything');
    const buttons = [
      Dialog.cancelButton(),
      Dialog.okButton({ label: everything, actions: ['everything'] })
    ];
    if (left) {
      const label = trans.__('What did not succeed');
      buttons.push(Dialog.okButton({ label, actions: ['unsuccessful'] }));
    }
    const { button } = await showDialog({
      title: trans.__('Run it again?'),
      body: left
        ? trans.__(
            'A new run is made. The %1 results that are there can be kept: only the %2 processes without, and all that depends on them, are run then.',
            successful.toLocaleString(),
            left.toLocaleString()
          )
        : trans.__('All of it has succeeded. A new run with the same processes is made.'),
      buttons,
      defaultButton: buttons.length - 1
    });
    if (!button.accept) {
      return '';
    }
    return button.actions.includes('everything') ? 'everything' : 'unsuccessful';
  }

  private async _submit(workflowid: string, again: Again): Promise<string> {
    const { connection } = this._colony;
    const path = { workflowid };
    let fromnodes: string[] = [];
    if (again === 'everything') {
      const { workflow } = await connection.get('/workflows/{workflowid}', { path });
      fromnodes = workflow.rootprocessids ?? [];
    }
    const { processgraphid } = await connection.post('/workflows/{workflowid}/reruns', {
      path,
      body: { fromnodes, functionspecs: [] },
      idempotencyKey: UUID.uuid4()
    });
    return processgraphid;
  }

  /** Do something; a refusal is told to the reader, and answered with null. */
  private async _trying<T>(failed: string, act: () => Promise<T>): Promise<T | null> {
    try {
      return await act();
    } catch (error) {
      const expired = error instanceof Refused && error.unknown;
      const words = expired
        ? this._trans.__('Your session has expired: sign in again in another tab, and try again.')
        : error instanceof Error
          ? error.message
          : String(error);
      Notification.error(`${failed}. ${words}`, { autoClose: 8_000 });
      return null;
    }
  }
}
