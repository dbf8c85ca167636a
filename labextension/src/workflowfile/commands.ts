import { JupyterFrontEnd } from '@jupyterlab/application';
import { ICommandPalette, IWidgetTracker } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { TranslationBundle } from '@jupyterlab/translation';
import { runIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';

import { Filing } from './filing';
import { sideIcon, turnIcon, workflowFileIcon } from './icon';
import { WorkflowDocument } from './workflowfile';

/** The commands for workflow files. */
export const FileCommands = {
  submit: 'jupyter-colonies:submit-file',
  create: 'jupyter-colonies:new-workflow-file',
  turn: 'jupyter-colonies:turn-workflow-file',
  showGraph: 'jupyter-colonies:show-workflow-graph'
};

/** What the commands act on. */
export interface IFileCommandsOptions {
  app: JupyterFrontEnd;
  tracker: IWidgetTracker<WorkflowDocument>;
  filing: Filing;
  browsers: IFileBrowserFactory | null;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
}

type Commands = Record<string, CommandRegistry.ICommandOptions>;

/** Add the commands, and put them into the palette. */
export function addFileCommands(options: IFileCommandsOptions): void {
  const { app, palette, trans } = options;
  const commands = { ...submitting(options), ...creating(options), ...arranging(options) };
  for (const [id, command] of Object.entries(commands)) {
    app.commands.addCommand(id, command);
  }
  const category = trans.__('Colonies');
  const { submit, create, turn, showGraph } = FileCommands;
  for (const command of [submit, create, turn, showGraph]) {
    palette?.addItem({ command, category });
  }
  palette?.addItem({ command: create, category, args: { language: 'yaml' } });
}

function submitting({ app, tracker, filing, browsers, trans }: IFileCommandsOptions): Commands {
  const shown = (): WorkflowDocument | null => {
    const current = tracker.currentWidget;
    return current && current === app.shell.currentWidget ? current : null;
  };
  const selected = (): string[] => {
    const items = browsers?.tracker.currentWidget?.selectedItems() ?? [];
    return Array.from(items, ({ path }) => path);
  };
  const submit = async (path: string): Promise<void> => {
    const open = tracker.find(({ context }) => context.path === path);
    await (open ? open.content.submit() : filing.submit(path));
  };
  return {
    [FileCommands.submit]: {
      label: args => (args.selected ? trans.__('Submit as Workflow') : trans.__('Submit Workflow')),
      caption: trans.__('Submit what the text says, as it is in the editor'),
      icon: args => (args.selected ? workflowFileIcon : runIcon),
      isEnabled: ({ selected: meant, path }) => Boolean(meant || path || shown()),
      execute: async ({ selected: meant, path }) => {
        if (typeof path === 'string' && path) {
          await submit(path);
        } else if (meant) {
          for (const each of selected()) {
            await submit(each);
          }
        } else {
          await shown()?.content.submit();
        }
      },
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: {
              type: 'string',
              description: trans.__('The file; without it the one that is shown')
            },
            selected: {
              type: 'boolean',
              description: trans.__('Submit what is selected in the file browser')
            }
          }
        }
      }
    }
  };
}

function creating({ filing, browsers, trans }: IFileCommandsOptions): Commands {
  return {
    [FileCommands.create]: {
      label: ({ language, isLauncher }) =>
        language === 'yaml'
          ? trans.__('New Workflow File (YAML)')
          : isLauncher
            ? trans.__('Workflow File')
            : trans.__('New Workflow File'),
      caption: trans.__('Make a file with a small workflow, to be edited and submitted'),
      icon: args => (args.isPalette ? undefined : workflowFileIcon),
      execute: ({ cwd, language }) => {
        const folder =
          typeof cwd === 'string' ? cwd : (browsers?.tracker.currentWidget?.model.path ?? '');
        return filing.create(folder, language === 'yaml' ? 'yaml' : 'json');
      },
      describedBy: {
        args: {
          type: 'object',
          properties: {
            cwd: { type: 'string', description: trans.__('The folder in which it is made') },
            language: { type: 'string', enum: ['json', 'yaml'] }
          }
        }
      }
    }
  };
}

function arranging({ app, tracker, trans }: IFileCommandsOptions): Commands {
  const shown = () =>
    tracker.currentWidget === app.shell.currentWidget ? tracker.currentWidget?.content : null;
  const describedBy = { args: { type: 'object', properties: {} } };
  return {
    [FileCommands.turn]: {
      label: trans.__('Turn Text and Graph'),
      caption: trans.__('Put the graph below the text, or beside it'),
      icon: turnIcon,
      isEnabled: () => Boolean(shown()),
      execute: () => shown()?.turn(),
      describedBy
    },
    [FileCommands.showGraph]: {
      label: trans.__('Show Graph and Runs'),
      caption: trans.__('Show or hide the graph and the runs of the file'),
      icon: sideIcon,
      isEnabled: () => Boolean(shown()),
      isToggled: () => shown()?.showsGraph ?? false,
      execute: () => {
        const content = shown();
        if (content) {
          content.showsGraph = !content.showsGraph;
        }
      },
      describedBy
    }
  };
}
