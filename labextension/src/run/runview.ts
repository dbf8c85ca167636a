import { CommandToolbarButton, MainAreaWidget, Toolbar } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { runIcon } from './icon';
import { RunCommands } from './names';
import { IRunParts, RunPanel } from './runpanel';
import { RunSession } from './runsession';

/** What a view of a run is made with. */
export interface IRunViewOptions {
  session: RunSession;
  parts: IRunParts;
  commands: CommandRegistry;
  trans: TranslationBundle;
  /** The address of the application's page. */
  page: string;
}

/** The main area's view of one run. */
export class RunView extends MainAreaWidget<RunPanel> {
  constructor({ session, parts, commands, trans, page }: IRunViewOptions) {
    super({ content: new RunPanel(session, parts, page, trans) });
    this.session = session;
    this.id = `jp-colonies-run-${session.workflowid}`;
    this.addClass('jp-ColoniesRunView');
    const title = this.title;
    const call = () => {
      title.label = session.name;
      title.caption = `${session.name} (${session.workflowid})`;
    };
    call();
    session.nameChanged.connect(call);
    title.icon = runIcon;
    title.closable = true;
    this._fill(commands, trans);
  }

  /** What is followed; it ends with the view. */
  readonly session: RunSession;

  private _fill(commands: CommandRegistry, trans: TranslationBundle): void {
    const { workflowid } = this.session;
    const add = (name: string, id: string, label?: string) => {
      if (commands.hasCommand(id)) {
        const args = { workflowid, toolbar: true };
        this.toolbar.addItem(name, new CommandToolbarButton({ commands, id, args, label }));
      }
    };
    add('cancel', RunCommands.cancel, trans.__('Cancel'));
    add('rerun', RunCommands.rerun, trans.__('Run again'));
    add('watch', RunCommands.toggleWatch);
    this.toolbar.addItem('space', Toolbar.createSpacerItem());
    add('source', RunCommands.openSource, trans.__('Open cell'));
    add('copy-id', RunCommands.copyId, trans.__('Copy id'));
    add('copy-link', RunCommands.copyLink, trans.__('Copy link'));
  }
}
