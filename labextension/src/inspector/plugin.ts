import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { infoIcon } from '@jupyterlab/ui-components';

import { IColony } from '../colony/colony';
import { ProcessInspector } from './processinspector';

/** The command that shows one process in a tab of its own. */
const COMMAND = 'jupyter-colonies:inspect-process';

/** Shows processes in the main area that no run is shown for. */
export const inspector: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:inspector',
  description: 'Shows everything about one process.',
  autoStart: true,
  requires: [IColony, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const { commands, shell } = app;
    const open = (processid: string) => {
      const id = `jupyter-colonies-process-${processid}`;
      if ([...shell.widgets('main')].some(each => each.id === id)) {
        shell.activateById(id);
        return;
      }
      const content = new ProcessInspector({ colony, rendermime, commands, trans });
      const tab = new MainAreaWidget({ content });
      tab.id = id;
      tab.toolbar.hide();
      tab.title.label = trans.__('Process %1', processid.slice(0, 8));
      tab.title.icon = infoIcon;
      tab.title.closable = true;
      content.named.connect((_, name) => {
        tab.title.label = name;
      });
      content.inspect(processid);
      shell.add(tab, 'main');
      shell.activateById(id);
    };
    commands.addCommand(COMMAND, {
      label: trans.__('Show a Process'),
      caption: trans.__('Values, log, times and errors of one process of the colony'),
      icon: infoIcon,
      isVisible: () => false,
      execute: args => open(String(args.processid ?? '')),
      describedBy: {
        args: {
          type: 'object',
          required: ['processid'],
          properties: {
            processid: { type: 'string', description: 'The id of the process' }
          }
        }
      }
    });
  }
};
