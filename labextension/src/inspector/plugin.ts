import {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { infoIcon } from '@jupyterlab/ui-components';
import { TabPanel, Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { IInspected, ProcessInspector } from './processinspector';

/** The command that shows one process in a tab of its own. */
const COMMAND = 'jupyter-colonies:inspect-process';

type Tab = MainAreaWidget<ProcessInspector>;

/** Shows processes for which no view of a run is open, and those that belong to none. */
export const inspector: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:inspector',
  description: 'Shows everything about one process.',
  autoStart: true,
  requires: [IColony, IRenderMimeRegistry],
  optional: [ILabShell, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    rendermime: IRenderMimeRegistry,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const { commands } = app;
    const tracker = new WidgetTracker<Tab>({ namespace: 'jupyter-colonies-process' });
    const made = { colony, rendermime, commands, trans };
    commands.addCommand(COMMAND, {
      label: trans.__('Show a Process'),
      caption: trans.__('Values, log, times and errors of one process of the colony'),
      icon: infoIcon,
      isVisible: () => false,
      execute: async args => {
        const processid = String(args.processid ?? '');
        let tab = tracker.find(({ content }) => content.processid === processid);
        if (!tab) {
          tab = makeTab(processid, made);
          place(app, labShell, tab);
          await tracker.add(tab);
        }
        activate(app, tab);
      },
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
    void restorer?.restore(tracker, {
      command: COMMAND,
      args: ({ content }) => ({ processid: content.processid }),
      name: ({ content }) => content.processid
    });
  }
};

function makeTab(processid: string, made: IInspected): Tab {
  const { trans } = made;
  const content = new ProcessInspector(made);
  const tab = new MainAreaWidget({ content });
  tab.id = `jupyter-colonies-process-${processid}`;
  tab.toolbar.hide();
  tab.title.label = trans.__('Process %1', processid.slice(0, 8));
  tab.title.icon = infoIcon;
  tab.title.closable = true;
  content.named.connect((_, name) => {
    tab.title.label = name;
    tab.title.caption = trans.__('%1 (%2)', name, content.processid);
  });
  content.inspect(processid);
  return tab;
}

/** Put a tab where there is room: a page of Notebook 7 has one main thing, or tabs of its own. */
function place({ shell }: JupyterFrontEnd, labShell: ILabShell | null, tab: Tab): void {
  const [first] = labShell ? [] : shell.widgets('main');
  if (first instanceof TabPanel) {
    first.addWidget(tab);
  } else {
    shell.add(tab, first ? 'right' : 'main');
  }
}

function activate({ shell }: JupyterFrontEnd, tab: Tab): void {
  const stack: Widget | null | undefined = tab.parent?.parent;
  if (stack instanceof TabPanel && stack.widgets.includes(tab)) {
    stack.currentWidget = tab;
    tab.activate();
  } else {
    shell.activateById(tab.id);
  }
}
