import { InputDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { findRun } from './finding';
import { ILinked } from './links';

/**
 * Ask the reader which run to open, again and again until it is found.
 *
 * @returns the run, or null if the reader has changed their mind
 */
export async function askForRun(
  colony: IColony,
  trans: TranslationBundle
): Promise<ILinked | null> {
  const usual = trans.__(
    'Its name, its id or the beginning of that, the id of a process, or a link:'
  );
  let [label, text] = [usual, ''];
  for (;;) {
    const { value, button } = await InputDialog.getText({
      title: trans.__('Open a run'),
      label,
      text,
      okLabel: trans.__('Open')
    });
    if (!button.accept) {
      return null;
    }
    try {
      return await findRun(colony, trans, value ?? '');
    } catch (error) {
      label = error instanceof Error ? error.message : String(error);
      text = value ?? '';
    }
  }
}
