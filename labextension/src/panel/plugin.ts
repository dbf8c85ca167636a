import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { Doing } from './doing';
import { colonyIcon } from './icon';
import { ColonyPanel } from './panel';

const SHOW = 'jupyter-colonies:show-panel';

/** Behind the file browser and the running kernels, before the table of contents. */
const RANK = 600;

/** Shows the colony in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:panel',
  description: 'The colony in the sidebar: runs, executors, queue, crons, generators, failures.',
  autoStart: true,
  requires: [IColony, IColonySettings],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    settings: IColonySettings,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const { commands, shell } = app;
    const doing = new Doing(trans);
    const widget = new ColonyPanel({ colony, commands, trans, doing }, settings);
    shell.add(widget, 'left', { rank: RANK });
    restorer?.add(widget, widget.id);
    commands.addCommand(SHOW, {
      label: trans.__('Show the Colony'),
      caption: trans.__('Runs, executors, queue, crons, generators and failures, in the sidebar'),
      icon: colonyIcon,
      execute: () => {
        // Jupyter Notebook opens its sidebar by a method of its own.
        if ('expandLeft' in shell && typeof shell.expandLeft === 'function') {
          shell.expandLeft(widget.id);
        }
        shell.activateById(widget.id);
      },
      describedBy: { args: { type: 'object', properties: {} } }
    });
    palette?.addItem({ command: SHOW, category: trans.__('Colonies') });
  }
};
