import { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { bellIcon, copyIcon, linkIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { IColony } from '../colony/colony';
import { isFinal } from '../colony/states';
import { Again, RunActs } from './acts';
import { askForRun } from './asking';
import { runIcon } from './icon';
import { readLink, withoutLink } from './links';
import { RunCommands } from './names';
import { Runs } from './runs';

/** What the commands work with. */
export interface IRunCommandsOptions {
  app: JupyterFrontEnd;
  colony: IColony;
  runs: Runs;
  trans: TranslationBundle;
  palette: ICommandPalette | null;
  /** Whether the page's address goes on leading to the run, so that reloading opens it again. */
  keepsLink: boolean;
}

const WORKFLOW = { workflowid: { type: 'string', description: 'The id of a workflow' } };

/** Add what can be done with runs to the application's commands, and to its palette. */
export function addRunCommands(options: IRunCommandsOptions): void {
  const { app, palette, trans } = options;
  const commands = {
    ...opening(options),
    ...acting(options),
    ...watching(options),
    ...copying(options)
  };
  for (const [id, command] of Object.entries(commands)) {
    app.commands.addCommand(id, command);
  }
  const category = trans.__('Colonies');
  const { open, cancel, rerun, openSource, copyId, copyLink } = RunCommands;
  for (const command of [open, cancel, rerun, openSource, copyId, copyLink]) {
    palette?.addItem({ command, category });
  }
}

type Commands = Record<string, CommandRegistry.ICommandOptions>;

function opening({ app, colony, runs, trans, keepsLink }: IRunCommandsOptions): Commands {
  return {
    [RunCommands.open]: {
      label: trans.__('Open a Run…'),
      caption: trans.__('Show a run in the main area: graph, timeline, table and processes'),
      icon: args => (args.isPalette ? undefined : runIcon),
      describedBy: args({
        ...WORKFLOW,
        processid: { type: 'string', description: 'The id of a process to select' },
        name: { type: 'string', description: 'What the reader knows the run by' },
        pane: { type: 'string', description: 'What to show: graph, timeline or table' },
        activate: { type: 'boolean', default: true }
      }),
      execute: async given => {
        const workflowid = text(given, 'workflowid');
        const wanted = workflowid
          ? { workflowid, processid: text(given, 'processid') }
          : await askForRun(colony, trans);
        return (
          wanted &&
          runs.open({
            ...wanted,
            name: text(given, 'name'),
            pane: text(given, 'pane'),
            activate: given.activate !== false
          })
        );
      }
    },
    [RunCommands.openLinked]: {
      label: trans.__('Open the Run of This Address'),
      isVisible: () => false,
      describedBy: args({ search: { type: 'string' }, request: { type: 'string' } }),
      execute: given => {
        const linked = readLink(text(given, 'search'));
        if (linked) {
          void app.restored.then(() => runs.open(linked));
        }
        if (linked && !keepsLink) {
          history.replaceState(history.state, '', withoutLink(location.href));
        }
      }
    }
  };
}

function acting({ app, colony, runs, trans }: IRunCommandsOptions): Commands {
  const acts = new RunActs(colony, trans);
  return {
    [RunCommands.cancel]: {
      label: trans.__('Cancel the Run'),
      caption: trans.__('Cancel what waits or runs'),
      icon: stopIcon,
      describedBy: args(WORKFLOW),
      isEnabled: given => {
        const session = meant(runs, given)?.session;
        return session ? !isFinal(session.state) && session.standing === 'live' : named(given);
      },
      execute: given => {
        const workflowid = meantId(runs, given);
        return workflowid ? acts.cancel(workflowid) : false;
      }
    },
    [RunCommands.rerun]: {
      label: trans.__('Run the Workflow Again…'),
      caption: trans.__('Run a finished workflow again: all of it, or what did not succeed'),
      icon: refreshIcon,
      describedBy: args({ ...WORKFLOW, again: { enum: ['unsuccessful', 'everything'] } }),
      isEnabled: given => {
        const session = meant(runs, given)?.session;
        return session ? isFinal(session.state) && session.standing === 'live' : named(given);
      },
      execute: async given => {
        const workflowid = meantId(runs, given);
        const made = workflowid ? await acts.rerun(workflowid, asAgain(given.again)) : '';
        if (made) {
          await runs.open({ workflowid: made });
        }
        return made;
      }
    },
    [RunCommands.openSource]: {
      label: trans.__('Open the Cell That Ran the Selected Process'),
      caption: trans.__('Open the notebook and the cell that ran the selected process'),
      describedBy: args({ ...WORKFLOW, processid: { type: 'string' } }),
      isEnabled: given => Boolean(selected(runs, given)),
      execute: async given => {
        const source = await acts.source(selected(runs, given));
        if (source) {
          await app.commands
            .execute(RunCommands.openCell, { ...source })
            .catch((error: unknown) => {
              Notification.error(error instanceof Error ? error.message : String(error));
            });
        }
      }
    }
  };
}

/** Watching as a button says it: what it does next, and not whether it is pressed. */
function watching({ app, runs, trans }: IRunCommandsOptions): Commands {
  const { commands } = app;
  const { watch, unwatch, toggleWatch } = RunCommands;
  const there = () => commands.hasCommand(watch) && commands.hasCommand(unwatch);
  const watched = (given: ReadonlyPartialJSONObject) =>
    there() && commands.isToggled(watch, { workflowid: meantId(runs, given) });
  commands.commandChanged.connect((_, { id }) => {
    if (id === watch && commands.hasCommand(toggleWatch)) {
      commands.notifyCommandChanged(toggleWatch);
    }
  });
  return {
    [toggleWatch]: {
      label: given => (watched(given) ? trans.__('Stop watching') : trans.__('Watch')),
      caption: trans.__('Whether you are told when this run has ended'),
      icon: bellIcon,
      describedBy: args(WORKFLOW),
      isVisible: there,
      isEnabled: given => {
        const session = meant(runs, given)?.session;
        return Boolean(session) && !isFinal(session?.state ?? 0) && session?.standing === 'live';
      },
      execute: given => {
        const workflowid = meantId(runs, given);
        const name = runs.find(workflowid)?.session.name ?? '';
        return commands.execute(watched(given) ? unwatch : watch, { workflowid, name });
      }
    }
  };
}

function copying({ runs, trans }: IRunCommandsOptions): Commands {
  const copy = (what: (workflowid: string) => string, told: string) => {
    return (given: ReadonlyPartialJSONObject) => {
      const workflowid = meantId(runs, given);
      if (workflowid) {
        Clipboard.copyToSystem(what(workflowid));
        Notification.info(told, { autoClose: 2_000 });
      }
    };
  };
  const isEnabled = (given: ReadonlyPartialJSONObject) => Boolean(meantId(runs, given));
  return {
    [RunCommands.copyId]: {
      label: trans.__('Copy the Id of the Run'),
      caption: trans.__('Copy the id of this run'),
      icon: copyIcon,
      describedBy: args(WORKFLOW),
      isEnabled,
      execute: copy(workflowid => workflowid, trans.__('The id of the run is in the clipboard.'))
    },
    [RunCommands.copyLink]: {
      label: trans.__('Copy a Link to the Run'),
      caption: trans.__('Copy a link that opens this run, and the selected process in it'),
      icon: linkIcon,
      describedBy: args(WORKFLOW),
      isEnabled,
      execute: copy(workflowid => runs.link(workflowid), trans.__('The link is in the clipboard.'))
    }
  };
}

function args(properties: ReadonlyJSONObject): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties } };
}

function text(given: ReadonlyPartialJSONObject, name: string): string {
  const value = given[name];
  return typeof value === 'string' ? value : '';
}

function named(given: ReadonlyPartialJSONObject): boolean {
  return Boolean(text(given, 'workflowid'));
}

/** The id of the run that is meant: the one that is named, or the one in view. */
function meantId(runs: Runs, given: ReadonlyPartialJSONObject): string {
  return text(given, 'workflowid') || (runs.tracker.currentWidget?.session.workflowid ?? '');
}

function meant(runs: Runs, given: ReadonlyPartialJSONObject) {
  return runs.find(meantId(runs, given));
}

/** The id of the process that is named, or selected in the run that is meant. */
function selected(runs: Runs, given: ReadonlyPartialJSONObject): string {
  return text(given, 'processid') || (meant(runs, given)?.content.selected ?? '');
}

function asAgain(value: unknown): Again | undefined {
  return value === 'everything' || value === 'unsuccessful' ? value : undefined;
}
