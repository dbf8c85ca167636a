import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ISessionContextDialogs } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { stopIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';

import { IColony } from '../colony/colony';
import { NotebookBadges } from './badges';
import { CellMenu } from './cellmenu';
import { readCell } from './executorline';
import { executorIcon } from './icon';
import { IPlace, Registering } from './registering';
import { Seats } from './seats';

/** The name of the schema with the button, the menu entries and the shortcut. */
const SCHEMA = 'jupyter-colonies:cells';

/** The commands of executor cells. */
export const CellCommands = {
  register: 'jupyter-colonies:register-cell',
  end: 'jupyter-colonies:stop-executor-cell',
  menu: 'jupyter-colonies:show-cell-runs'
} as const;

/** Makes cells executors, and shows how those are that are. */
export const cells: JupyterFrontEndPlugin<void> = {
  id: SCHEMA,
  description: 'Registers cells as executors, and shows how they are.',
  autoStart: true,
  requires: [IColony],
  optional: [
    INotebookTracker,
    ICommandPalette,
    ISessionContextDialogs,
    ISettingRegistry,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    tracker: INotebookTracker | null,
    palette: ICommandPalette | null,
    dialogs: ISessionContextDialogs | null,
    settings: ISettingRegistry | null,
    given: ITranslator | null
  ) => {
    if (!tracker) {
      return;
    }
    const translator = given ?? nullTranslator;
    const trans = translator.load('jupyter_colonies');
    const seats = new Seats(colony);
    const registering = new Registering({ seats, trans, translator, dialogs });
    const menu = new CellMenu({ colony, commands: app.commands, trans });
    const notebooks = new Map<NotebookPanel, NotebookBadges>();
    tracker.widgetAdded.connect((_, panel) => {
      seats.follow();
      const badges = new NotebookBadges({
        panel,
        colony,
        seats,
        trans,
        chosen: (panel, cell, badge, button) => {
          const acts = {
            change: isLine(cell) ? () => void registering.register({ panel, cell }) : null,
            run: () => void registering.run({ panel, cell }),
            end: () => void registering.end({ panel, cell })
          };
          void menu.open(badge, acts, button);
        }
      });
      notebooks.set(panel, badges);
      panel.disposed.connect(() => notebooks.delete(panel));
    });
    const active = (): IPlace | null => {
      const [panel, cell] = [tracker.currentWidget, tracker.activeCell];
      return panel && cell instanceof CodeCell ? { panel, cell } : null;
    };
    const isExecutor = () => {
      const place = active();
      const registered = place && notebooks.get(place.panel)?.of(place.cell).length;
      return Boolean(registered) || (place !== null && isLine(place.cell));
    };
    addCommands(app.commands, {
      [CellCommands.register]: {
        label: args =>
          args.toolbar
            ? ''
            : isExecutor()
              ? trans.__('Change the Executor of This Cell…')
              : trans.__('Register the Cell as Executor…'),
        caption: trans.__('Let processes of the colony run this cell'),
        icon: executorIcon,
        isVisible: () => active() !== null,
        execute: async () => {
          const place = active();
          return place ? registering.register(place) : false;
        }
      },
      [CellCommands.end]: {
        label: trans.__('Stop Being an Executor'),
        caption: trans.__('End the executor of this cell, and take its line away'),
        icon: stopIcon,
        isVisible: isExecutor,
        isEnabled: isExecutor,
        execute: async () => {
          const place = active();
          return place ? registering.end(place) : undefined;
        }
      },
      [CellCommands.menu]: {
        label: trans.__('Show the Last Runs of the Executor Cell'),
        caption: trans.__('Show what this cell ran for the colony, and what can be done'),
        isVisible: isExecutor,
        isEnabled: isExecutor,
        execute: () => {
          const place = active();
          return place ? Boolean(notebooks.get(place.panel)?.open(place.cell)) : false;
        }
      }
    });
    const again = () =>
      Object.values(CellCommands).forEach(id => app.commands.notifyCommandChanged(id));
    tracker.activeCellChanged.connect(again);
    seats.changed.connect(again);
    for (const command of Object.values(CellCommands)) {
      palette?.addItem({ command, category: trans.__('Colonies') });
    }
    // JupyterLab adds the button, menu entries and the shortcut of a schema that is loaded.
    settings?.load(SCHEMA).catch((error: unknown) => console.warn(error));
  }
};

/** Whether a cell is an executor by its first line. */
function isLine(cell: CodeCell): boolean {
  return readCell(cell.model.sharedModel.getSource()).kind === 'executor';
}

function addCommands(
  registry: CommandRegistry,
  commands: Record<string, CommandRegistry.ICommandOptions>
): void {
  const args = { type: 'object' as const, properties: { toolbar: { type: 'boolean' as const } } };
  for (const [id, command] of Object.entries(commands)) {
    registry.addCommand(id, { ...command, describedBy: { args } });
  }
}
