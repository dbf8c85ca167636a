import { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { IWorkflowText } from './specs';
import { IFault, pathOf, plain, spanAt, valueAt } from './tree';

/**
 * Submits workflows.
 *
 * As long as no answer has come, the same workflow is sent with the same key: so it runs once,
 * though the answer was lost and it was sent again.
 */
export class Submitter {
  constructor(private readonly _colony: IColony) {}

  /**
   * Submit what a text says; it must be sound.
   *
   * @throws Refused, NotReached
   */
  async submit(said: IWorkflowText): Promise<Documents['ProcessGraph']> {
    const { colonyname } = await this._colony.ready;
    const body = bodyOf(said);
    const text = JSON.stringify([colonyname, body]);
    if (this._unanswered?.text !== text) {
      this._unanswered = { text, key: UUID.uuid4() };
    }
    const { key: idempotencyKey } = this._unanswered;
    try {
      const graph = await this._colony.connection.post('/colonies/{colonyname}/workflows', {
        path: { colonyname },
        body,
        idempotencyKey
      });
      this._unanswered = null;
      return graph;
    } catch (error) {
      if (error instanceof Refused && error.status < 500) {
        this._unanswered = null;
      }
      throw error;
    }
  }

  private _unanswered: { text: string; key: string } | null = null;
}

function bodyOf({ root, list }: IWorkflowText): Documents['FunctionSpec'][] {
  const written = list === null ? [plain(root)] : plain(valueAt(root, list));
  // Sound texts have passed the schema that was made from this type.
  return written as Documents['FunctionSpec'][];
}

/** Where in its text a workflow was refused, in the server's words. */
export function refusal(error: Refused, { root, list, specs }: IWorkflowText): IFault[] {
  const places = (error.problem?.errors ?? []).filter(({ pointer }) => pointer);
  const faults = places.map(({ detail, pointer }) => {
    const path = pathOf(pointer ?? '');
    const span = spanAt(root, list === null ? path.slice(1) : [...list, ...path]);
    return { severity: 'error' as const, message: detail, ...(span ?? { from: 0, to: 1 }) };
  });
  if (faults.length > 0) {
    return faults;
  }
  // Some are about a node without saying which field of it.
  const name = /node '([^']*)'/.exec(error.message)?.[1];
  const meant = specs.find(({ nodename }) => nodename === name)?.value ?? root;
  const from = meant?.from ?? 0;
  return [{ severity: 'error', message: error.message, from, to: from + 1 }];
}

/** What went wrong with submitting, and what to do. */
export function wordsFor(error: unknown, trans: TranslationBundle): string {
  if (error instanceof Refused && error.unknown) {
    return trans.__(
      'Jupyter no longer knows who you are: sign in again in another tab, then submit once more.'
    );
  }
  if (error instanceof Refused && error.status === 403) {
    return trans.__('You may not submit workflows to this colony: %1', error.message);
  }
  if (error instanceof Refused && error.status < 500) {
    return trans.__('The server refuses this: %1', error.message);
  }
  const words = error instanceof Error ? error.message : String(error);
  return trans.__(
    '%1 Submit it once more: if it has been taken already, it will not run twice.',
    words
  );
}
