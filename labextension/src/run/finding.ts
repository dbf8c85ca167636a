import { TranslationBundle } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { Refused } from '../server/failure';
import { ILinked, readLink } from './links';

/** What the ids of workflows and processes look like. */
const ID = /^[0-9a-f]{64}$/;

/** What a reader wrote is no run; the message says why, in words for the reader. */
export class NoSuchRun extends Error {}

/**
 * Find the run that a reader means: by its id or the beginning of it, by a part of its name, by the
 * id of one of its processes, or by a link to it.
 *
 * @throws NoSuchRun if there is none or more than one, Refused or NotReached if the server does not
 *   say.
 */
export async function findRun(
  colony: IColony,
  trans: TranslationBundle,
  written: string
): Promise<ILinked> {
  const linked = written.includes('?') ? readLink(written.slice(written.indexOf('?'))) : null;
  const id = linked?.workflowid ?? written.trim();
  if (!id) {
    throw new NoSuchRun(trans.__('Write the name or the id of a run, or paste a link to it.'));
  }
  if (!ID.test(id)) {
    return search(colony, trans, id);
  }
  try {
    await colony.connection.get('/workflows/{workflowid}/progress', { path: { workflowid: id } });
    return { workflowid: id, processid: linked?.processid ?? '' };
  } catch (error) {
    if (!isUnknown(error)) {
      throw error;
    }
  }
  return withProcess(colony, trans, id);
}

async function search(colony: IColony, trans: TranslationBundle, text: string): Promise<ILinked> {
  const { colonyname } = await colony.ready;
  const { items } = await colony.connection.get('/colonies/{colonyname}/runs', {
    path: { colonyname },
    query: { kind: 'workflow', search: text, limit: 2 }
  });
  const [found, another] = items;
  if (!found) {
    throw new NoSuchRun(
      trans.__('No run has “%1” in its name, or an id that begins like this.', text)
    );
  }
  if (another) {
    throw new NoSuchRun(
      trans.__('Several runs have “%1” in their names or ids: write more of it.', text)
    );
  }
  return { workflowid: found.runid, processid: '' };
}

async function withProcess(
  colony: IColony,
  trans: TranslationBundle,
  processid: string
): Promise<ILinked> {
  try {
    const process = await colony.connection.get('/processes/{processid}', { path: { processid } });
    if (process.processgraphid) {
      return { workflowid: process.processgraphid, processid };
    }
  } catch (error) {
    if (!isUnknown(error)) {
      throw error;
    }
    throw new NoSuchRun(
      trans.__('The server has no run with this id: it may have been removed, or be elsewhere.')
    );
  }
  throw new NoSuchRun(trans.__('This is the id of a process that belongs to no workflow.'));
}

function isUnknown(error: unknown): boolean {
  return error instanceof Refused && error.status === 404;
}
