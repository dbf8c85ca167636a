import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { RunningCount } from './running';
import { StatusItem } from './statusitem';

const SHOW_PANEL = 'jupyter-colonies:show-panel';

/** Says in the status bar how the server is. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:status',
  description: 'Says in the status bar how the server of the colony is.',
  autoStart: true,
  requires: [IColony],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    if (!statusBar) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const item = new StatusItem({
      colony,
      running: new RunningCount(colony),
      origin: { isHub: PageConfig.getOption('hubPrefix') !== '' },
      trans,
      openPanel: () =>
        app.commands.hasCommand(SHOW_PANEL) ? () => void app.commands.execute(SHOW_PANEL) : null
    });
    statusBar.registerStatusItem('jupyter-colonies:status', {
      item,
      align: 'left',
      rank: 10
    });
  }
};
