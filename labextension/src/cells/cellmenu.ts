import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { isFinal, lookOf, milliseconds } from '../colony/states';
import { duration } from '../notices/words';
import { Documents } from '../server/connection';
import { IBadge } from './condition';
import { showLog } from './processlog';

type Process = Documents['Process'];

/** The runs that are shown of a cell. */
const MOST = 6;

const NO_ARGUMENTS = { args: { type: 'object' as const, properties: {} } };

const OPEN_RUN = 'jupyter-colonies:open-run';

/** What can be done with an executor cell beside looking at its runs. */
export interface ICellActs {
  /** Null for a cell that is an executor by other means than its first line. */
  change: (() => void) | null;
  run(): void;
  end(): void;
}

/** What the menu of a badge needs. */
export interface ICellMenuOptions {
  colony: IColony;
  /** The application's commands, of which the one that opens a run is used if it is there. */
  commands: CommandRegistry;
  trans: TranslationBundle;
}

/** The menu of a badge: the last runs of its cell, and what can be done with the executor. */
export class CellMenu {
  constructor(private readonly _options: ICellMenuOptions) {}

  /** Ask for the last runs of a cell, and open the menu below its badge. */
  async open(badge: IBadge, acts: ICellActs, button: HTMLElement): Promise<void> {
    const { trans } = this._options;
    button.setAttribute('aria-busy', 'true');
    let runs: readonly Process[] = [];
    let trouble = '';
    try {
      runs = await this._runs(badge);
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    button.removeAttribute('aria-busy');
    const commands = new CommandRegistry();
    const menu = new Menu({ commands });
    menu.addClass('jp-ColoniesCell-menu');
    const say = (label: string) => this._say(commands, menu, label);
    say(trans.__('Last runs of this cell'));
    runs.forEach(process => this._addRun(commands, menu, process));
    if (!runs.length) {
      say(trouble || trans.__('It has not run anything yet.'));
    }
    menu.addItem({ type: 'separator' });
    this._addActs(commands, menu, badge, acts);
    const before = document.activeElement;
    menu.aboutToClose.connect(() => {
      button.setAttribute('aria-expanded', 'false');
      if (before instanceof HTMLElement) {
        before.focus();
      }
    });
    button.setAttribute('aria-expanded', 'true');
    const { left, bottom } = button.getBoundingClientRect();
    menu.open(left, bottom);
    menu.activateNextItem();
  }

  private async _runs({ executorname, seat }: IBadge): Promise<readonly Process[]> {
    const { colonyname } = await this._options.colony.ready;
    const asked = async (funcname?: string) => {
      const page = await this._options.colony.connection.get('/colonies/{colonyname}/processes', {
        path: { colonyname },
        query: { executorname, funcname, sort: '-submissiontime', limit: MOST }
      });
      return page.items;
    };
    const functions = seat && !seat.functions.includes('*') ? seat.functions : [undefined];
    const found = await Promise.all(functions.slice(0, MOST).map(asked));
    return found
      .flat()
      .sort((one, other) => milliseconds(other.submissiontime) - milliseconds(one.submissiontime))
      .slice(0, MOST);
  }

  /** A run as a menu of its own: open it, read its log, cancel it. */
  private _addRun(commands: CommandRegistry, menu: Menu, process: Process): void {
    const { trans, colony, commands: application } = this._options;
    const { processid, processgraphid, spec, state } = process;
    const look = lookOf(state, trans);
    const submenu = new Menu({ commands });
    const named = spec?.nodename || spec?.funcname || processid.slice(0, 8);
    submenu.title.label = `${look.glyph} ${named} · ${look.word} · ${took(process, trans)}`;
    const add = (act: string, label: string, enabled: boolean, execute: () => unknown) => {
      const command = `${act}:${processid}`;
      commands.addCommand(command, {
        label,
        isEnabled: () => enabled,
        execute,
        describedBy: NO_ARGUMENTS
      });
      submenu.addItem({ command });
    };
    const canOpen = Boolean(processgraphid) && application.hasCommand(OPEN_RUN);
    add('open', trans.__('Open the Run'), canOpen, () =>
      application.execute(OPEN_RUN, { workflowid: processgraphid, processid })
    );
    add('log', trans.__('Show the Log'), true, () =>
      showLog(colony, processid, trans.__('Log of %1', named), trans)
    );
    add('cancel', trans.__('Cancel the Process'), !isFinal(state), () => this._cancel(processid));
    menu.addItem({ type: 'submenu', submenu });
  }

  private _addActs(
    commands: CommandRegistry,
    menu: Menu,
    { condition }: IBadge,
    acts: ICellActs
  ): void {
    const { trans } = this._options;
    const isRegistered = !['gone', 'elsewhere', 'unknown'].includes(condition);
    const run = isRegistered
      ? trans.__('Run the Cell Again')
      : trans.__('Run the Cell to Register');
    const change = (act: () => void): [string, string, () => void] => {
      return ['change', trans.__('Change the Executor…'), act];
    };
    const given: [string, string, () => void][] = [
      ['run', run, acts.run],
      ...(acts.change ? [change(acts.change)] : []),
      ['end', trans.__('Stop Being an Executor'), acts.end]
    ];
    for (const [command, label, execute] of given) {
      commands.addCommand(command, { label, execute, describedBy: NO_ARGUMENTS });
      menu.addItem({ command });
    }
  }

  private async _cancel(processid: string): Promise<void> {
    try {
      await this._options.colony.connection.put('/processes/{processid}/cancellation', {
        path: { processid }
      });
    } catch (error) {
      Notification.error(error instanceof Error ? error.message : String(error));
    }
  }

  private _say(commands: CommandRegistry, menu: Menu, label: string): void {
    const command = `say:${menu.items.length}`;
    commands.addCommand(command, {
      label,
      isEnabled: () => false,
      execute: () => undefined,
      describedBy: NO_ARGUMENTS
    });
    menu.addItem({ command });
  }
}

/** When a process began, and how long it took. */
function took({ submissiontime, starttime, endtime }: Process, trans: TranslationBundle): string {
  const begun = milliseconds(starttime) || milliseconds(submissiontime);
  const clock = new Date(begun).toLocaleTimeString();
  const ended = milliseconds(endtime);
  return ended && milliseconds(starttime) ? `${clock}, ${duration(ended - begun, trans)}` : clock;
}
