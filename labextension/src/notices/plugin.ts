import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, InputDialog, Notification } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';
import { bellIcon } from '@jupyterlab/ui-components';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { Documents } from '../server/connection';
import { claim, tidy } from './claim';
import { IEnding, Watches } from './watches';
import { noticeOf } from './words';

/** The commands of notices, and those of runs that a notice offers. */
export const NoticeCommands = {
  watch: 'jupyter-colonies:watch-run',
  unwatch: 'jupyter-colonies:unwatch-run'
} as const;

const OPEN_RUN = 'jupyter-colonies:open-run';
const RERUN_RUN = 'jupyter-colonies:rerun-run';

/** How long good news stay in sight, in milliseconds; all others stay until they are closed. */
const BRIEF = 10_000;

/** Tells the reader when a watched run has ended. */
export const notices: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:notices',
  description: 'Tells when watched runs have ended.',
  autoStart: true,
  requires: [IColony, IColonySettings],
  optional: [IStateDB, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    settings: IColonySettings,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const others = new BroadcastChannel(`jupyter-colonies:${colony.connection.settings.baseUrl}`);
    const watches = new Watches({ colony, state, others, claim: what => claim(what) });
    tidy();
    void app.restored.then(() => watches.restore());
    colony.connection.submitted.connect((_, workflowid) => {
      if (settings.current.notifications !== 'off') {
        watches.add({ workflowid, name: '', chosen: false });
      }
    });
    watches.ended.connect((_, ending) => {
      const { notifications } = settings.current;
      const failed = ending.progress?.state === FAILED;
      const wanted = notifications === 'all' || (notifications === 'failures' && failed);
      if (ending.watch.chosen || wanted) {
        tell(app, ending, trans);
      }
    });
    addCommands(app, colony, watches, trans);
    palette?.addItem({ command: NoticeCommands.watch, category: trans.__('Colonies') });
  }
};

const FAILED: Documents['State'] = 3;

/** Tell that a run has ended, with what can be done about it. */
function tell(app: JupyterFrontEnd, { watch, progress }: IEnding, trans: TranslationBundle): void {
  const { workflowid } = watch;
  const name = watch.name || progress?.name || trans.__('Workflow %1', workflowid.slice(0, 8));
  const { words, weight, again } = noticeOf(name, progress, trans);
  const actions: Notification.IAction[] = [];
  const offer = (command: string, label: string, displayType: Notification.ActionDisplayType) => {
    if (progress && app.commands.hasCommand(command)) {
      const callback = () =>
        void app.commands.execute(command, { workflowid, name: watch.name || progress.name });
      actions.push({ label, callback, displayType });
    }
  };
  offer(OPEN_RUN, trans.__('Open'), 'accent');
  if (again) {
    offer(RERUN_RUN, trans.__('Run Again'), 'default');
  }
  Notification.emit(words, weight, {
    actions,
    autoClose: weight === 'success' ? BRIEF : false,
    data: { workflowid }
  });
}

function addCommands(
  app: JupyterFrontEnd,
  colony: IColony,
  watches: Watches,
  trans: TranslationBundle
): void {
  const args = {
    type: 'object' as const,
    properties: {
      workflowid: { type: 'string' as const, description: 'The id of a workflow' },
      name: { type: 'string' as const, description: 'What the reader knows the run by' }
    }
  };
  const meant = (given: { workflowid?: unknown }) => String(given.workflowid ?? '');
  app.commands.addCommand(NoticeCommands.watch, {
    label: given => (meant(given) ? trans.__('Watch the Run') : trans.__('Watch a Run…')),
    caption: trans.__('Be told when a run has ended'),
    icon: bellIcon,
    describedBy: { args },
    isToggleable: true,
    isToggled: given => watches.has(meant(given)),
    execute: async given => {
      const workflowid = meant(given) || (await ask(colony, trans));
      if (workflowid) {
        watches.add({ workflowid, name: String(given.name ?? ''), chosen: true });
      }
      return workflowid;
    }
  });
  app.commands.addCommand(NoticeCommands.unwatch, {
    label: trans.__('Watch the Run No Longer'),
    caption: trans.__('Be told of this run no longer'),
    describedBy: { args },
    isEnabled: given => watches.has(meant(given)),
    execute: given => watches.drop(meant(given))
  });
  watches.changed.connect(() => {
    Object.values(NoticeCommands).forEach(id => app.commands.notifyCommandChanged(id));
  });
}

/** Ask which of the runs that have not ended is meant; empty if none. */
async function ask(colony: IColony, trans: TranslationBundle): Promise<string> {
  const { colonyname } = await colony.ready;
  const open: Documents['Progress'][] = [];
  for (const state of ['running', 'waiting'] as const) {
    const page = await colony.connection.get('/colonies/{colonyname}/workflows', {
      path: { colonyname },
      query: { state, sort: '-submissiontime', limit: 50 }
    });
    open.push(...page.items);
  }
  if (!open.length) {
    Notification.info(trans.__('No run waits or runs at the moment.'), { autoClose: 5_000 });
    return '';
  }
  const items = open.map(({ workflowid, name, submissiontime }) => {
    const submitted = new Date(submissiontime).toLocaleString();
    return trans.__('%1 (%2), submitted %3', name || trans.__('Workflow'), workflowid, submitted);
  });
  const chosen = await InputDialog.getItem({
    title: trans.__('Watch a Run'),
    label: trans.__('You are told when it has ended:'),
    items,
    okLabel: trans.__('Watch')
  });
  const index = chosen.button.accept ? items.indexOf(chosen.value ?? '') : -1;
  return open[index]?.workflowid ?? '';
}
