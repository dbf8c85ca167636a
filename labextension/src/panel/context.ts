import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { IColony } from '../colony/colony';
import { Doing } from './doing';

/** What the parts of the panel work with. */
export interface IPanelContext {
  colony: IColony;
  commands: CommandRegistry;
  trans: TranslationBundle;
  doing: Doing;
}

/** Commands of other parts, which need not be there. */
export const OTHERS = {
  openRun: 'jupyter-colonies:open-run',
  openProcess: 'jupyter-colonies:inspect-process',
  watchRun: 'jupyter-colonies:watch-run',
  newFile: 'jupyter-colonies:new-workflow-file'
};
