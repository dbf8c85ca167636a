import { ILabShell, ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import { TabPanel } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { isFinal } from '../colony/states';
import { linkTo } from './links';
import { RunCommands } from './names';
import { IRunParts } from './runpanel';
import { RunSession } from './runsession';
import { RunView } from './runview';

/** Which run is to be opened, and how. */
export interface IWanted {
  workflowid: string;
  processid?: string;
  /** What the reader knows the run by. */
  name?: string;
  /** The name of the pane to be in view. */
  pane?: string;
  /** Whether to take the reader there; a page that is restored has its own order. */
  activate?: boolean;
}

/** What the views of runs need of the page. */
export interface IRunsOptions {
  app: JupyterFrontEnd;
  labShell: ILabShell | null;
  colony: IColony;
  trans: TranslationBundle;
  parts: (session: RunSession) => IRunParts;
}

/** The runs that are open on this page, one view for each. */
export class Runs {
  constructor(private readonly _options: IRunsOptions) {
    this.tracker.currentChanged.connect(() => this._notify());
  }

  readonly tracker = new WidgetTracker<RunView>({ namespace: 'jupyter-colonies-run' });

  /** The address at which runs are opened, complete. */
  get page(): string {
    const workspace = PageConfig.defaultWorkspace;
    return this._options.labShell
      ? PageConfig.getUrl({ mode: 'multiple-document', workspace, treePath: '', toShare: true })
      : URLExt.join(this._options.colony.connection.settings.baseUrl, 'tree');
  }

  /** The view of a run, if it is open. */
  find(workflowid: string): RunView | undefined {
    return this.tracker.find(({ session }) => session.workflowid === workflowid);
  }

  /** The address of a run, with what is selected in it if it is open. */
  link(workflowid: string): string {
    const processid = this.find(workflowid)?.content.selected ?? '';
    return linkTo(this.page, { workflowid, processid });
  }

  /** Show a run: its view if it is open, or a new one. */
  async open(wanted: IWanted): Promise<RunView | null> {
    const { workflowid, processid = '', name = '', pane = '', activate = true } = wanted;
    const open = this.find(workflowid);
    const view = open ?? this._make(workflowid, name);
    if (processid) {
      view.content.selected = processid;
    }
    view.content.pane = pane;
    if (!open && !this._place(view)) {
      view.dispose();
      window.open(linkTo(this.page, { workflowid, processid }), `jp-colonies-run-${workflowid}`);
      return null;
    }
    if (!open) {
      await this.tracker.add(view);
    }
    if (activate) {
      this._activate(view);
    }
    return view;
  }

  /** Restore the runs that were open before the page was loaded again. */
  restore(restorer: ILayoutRestorer): void {
    void restorer.restore(this.tracker, {
      command: RunCommands.open,
      name: ({ session }) => session.workflowid,
      args: ({ session, content }) => ({
        workflowid: session.workflowid,
        processid: content.selected,
        name: session.name,
        pane: content.pane,
        activate: false
      })
    });
  }

  private _make(workflowid: string, name: string): RunView {
    const { app, colony, trans, parts } = this._options;
    const session = new RunSession(colony, workflowid, name);
    const { commands } = app;
    const view = new RunView({
      session,
      parts: parts(session),
      commands,
      trans,
      page: this.page
    });
    let over = isFinal(session.state);
    session.changed.connect(() => {
      if (isFinal(session.state) !== over) {
        over = !over;
        this._notify();
      }
    });
    session.standingChanged.connect(() => this._notify());
    const save = () => void this.tracker.save(view);
    view.content.selectedChanged.connect(() => {
      save();
      this._notify();
    });
    view.content.paneChanged.connect(save);
    view.content.wanted.connect((_, other) => void this.open({ workflowid: other }));
    return view;
  }

  /** Put a view into the main area; whether there is room, which a page of Notebook 7 may lack. */
  private _place(view: RunView): boolean {
    const { app, labShell } = this._options;
    const main = [...app.shell.widgets('main')];
    if (labShell || !main.length) {
      app.shell.add(view, 'main');
      return true;
    }
    const [first] = main;
    if (first instanceof TabPanel) {
      first.addWidget(view);
      return true;
    }
    return false;
  }

  private _activate(view: RunView): void {
    const stack = view.parent?.parent;
    if (!this._options.labShell && stack instanceof TabPanel) {
      stack.currentWidget = view;
      view.activate();
    } else {
      this._options.app.shell.activateById(view.id);
    }
  }

  private _notify(): void {
    const { commands } = this._options.app;
    for (const id of Object.values(RunCommands)) {
      if (commands.hasCommand(id)) {
        commands.notifyCommandChanged(id);
      }
    }
  }
}
