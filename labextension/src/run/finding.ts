import { TranslationBundle } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { Refused } from '../server/failure';
import { ILinked, readLink } from './links';

/** What ids consist of; the server's are 64 such characters. */
const ID = /^[0-9a-f]{4,64}$/;
const WHOLE = 64;

/** Runs among which one is looked for that is named by the beginning of its id. */
const RECENT = 500;

/** What a reader wrote is no run; the message says why, in words for the reader. */
export class NoSuchRun extends Error {}

/**
 * Find the run that a reader means: by its id or the beginning of it, by the id of one of its
 * processes, or by a link to it.
 *
 * @throws NoSuchRun if there is none, Refused or NotReached if the server does not say.
 */
export async function findRun(
  colony: IColony,
  trans: TranslationBundle,
  written: string
): Promise<ILinked> {
  const linked = written.includes('?') ? readLink(written.slice(written.indexOf('?'))) : null;
  const id = linked?.workflowid ?? written.trim().toLowerCase();
  if (!id) {
    throw new NoSuchRun(trans.__('Write the id of a run, or paste a link to it.'));
  }
  if (!ID.test(id)) {
    throw new NoSuchRun(
      trans.__('An id consists of the digits 0 to 9 and the letters a to f, at least four of them.')
    );
  }
  if (id.length < WHOLE) {
    return beginningWith(colony, trans, id);
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

async function beginningWith(
  colony: IColony,
  trans: TranslationBundle,
  id: string
): Promise<ILinked> {
  const { colonyname } = await colony.ready;
  const { items } = await colony.connection.get('/colonies/{colonyname}/workflows', {
    path: { colonyname },
    query: { limit: RECENT }
  });
  const found = items.filter(({ workflowid }) => workflowid.startsWith(id));
  if (found.length > 1) {
    throw new NoSuchRun(
      trans.__('The ids of %1 runs begin with %2: write more of it.', found.length, id)
    );
  }
  if (!found.length) {
    throw new NoSuchRun(
      trans.__('The id of none of the last %1 runs begins with %2: write all of it.', RECENT, id)
    );
  }
  return { workflowid: found[0].workflowid, processid: '' };
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
