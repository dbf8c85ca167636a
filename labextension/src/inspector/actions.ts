import { TranslationBundle } from '@jupyterlab/translation';

import { Connection } from '../server/connection';
import { IOffer } from './account';
import { nameOf, Process } from './process';

/** What came of an action: in words, and the ids of what it made, empty if it made nothing. */
export interface IDone {
  text: string;
  workflowid: string;
  processid: string;
}

/**
 * Do something with a process.
 *
 * @param idempotencyKey - with the same one, what was done already is not done again
 * @throws Refused in the server's words, NotReached if it does not answer.
 */
export async function carryOut(
  connection: Connection,
  process: Process,
  name: IOffer['name'],
  idempotencyKey: string,
  trans: TranslationBundle
): Promise<IDone> {
  const { processid, processgraphid: workflowid } = process;
  const done = { workflowid: '', processid: '' };
  switch (name) {
    case 'cancel':
      await connection.put('/processes/{processid}/cancellation', { path: { processid } });
      return { ...done, text: trans.__('%1 was cancelled', nameOf(process)) };
    case 'cancel-workflow':
      await connection.put('/workflows/{workflowid}/cancellation', { path: { workflowid } });
      return { ...done, text: trans.__('The workflow was cancelled') };
    case 'rerun': {
      const body = { fromnodes: [nameOf(process)], functionspecs: [] };
      const said = { path: { workflowid }, body, idempotencyKey };
      const made = await connection.post('/workflows/{workflowid}/reruns', said);
      const text = trans.__('The workflow runs again from %1', nameOf(process));
      return { ...done, text, workflowid: made.processgraphid };
    }
    case 'retry': {
      const said = { path: { processid }, idempotencyKey };
      const made = await connection.post('/processes/{processid}/retries', said);
      const text = trans.__('%1 runs again on its own', nameOf(process));
      return { ...done, text, processid: made.processid };
    }
  }
}
