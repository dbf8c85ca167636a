import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';

import { CommandRegistry } from '@lumino/commands';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { ProcessInspector } from '../inspector/processinspector';
import { ReplayBar } from '../timeline/replaybar';
import { TimelinePane } from '../timeline/timelinepane';
import { addRunCommands } from './commands';
import { GraphPane } from './graphpane';
import { LINK } from './links';
import { RunCommands } from './names';
import { ProcessTable } from './processtable';
import { IMoments, IProcessView, IRunParts } from './runpanel';
import { Runs } from './runs';
import { RunSession } from './runsession';

/** Opens runs in the main area. */
export const run: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:run',
  description: 'Shows a run in the main area: its graph, its timeline and its processes.',
  autoStart: true,
  requires: [IColony, IRenderMimeRegistry],
  optional: [ILabShell, ILayoutRestorer, IRouter, ICommandPalette, IColonySettings, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    rendermime: IRenderMimeRegistry,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    palette: ICommandPalette | null,
    settings: IColonySettings | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const runs = new Runs({
      app,
      labShell,
      colony,
      trans,
      parts: session => partsOf(session, { settings, trans, rendermime, commands: app.commands })
    });
    addRunCommands({ app, colony, runs, trans, palette, keepsLink: !labShell });
    router?.register({ command: RunCommands.openLinked, pattern: LINK });
    if (restorer) {
      runs.restore(restorer);
    }
  }
};

/** What the parts of a view are made with. */
interface IMadeWith {
  settings: IColonySettings | null;
  trans: TranslationBundle;
  rendermime: IRenderMimeRegistry;
  commands: CommandRegistry;
}

function partsOf(session: RunSession, made: IMadeWith): IRunParts {
  const { settings, trans } = made;
  return {
    panes: [
      {
        name: 'graph',
        label: trans.__('Graph'),
        make: () => {
          const graph = new GraphPane({ title: session.name, settings, trans });
          graph.follow(session);
          return graph;
        }
      },
      {
        name: 'timeline',
        label: trans.__('Timeline'),
        make: () => new TimelinePane({ colony: session.colony, session, trans })
      },
      {
        name: 'table',
        label: trans.__('Table'),
        make: () => new ProcessTable(session, trans)
      }
    ],
    inspector: inspectorOf(session, made),
    replay: replayOf(session, trans)
  };
}

function replayOf(session: RunSession, trans: TranslationBundle): IMoments {
  const bar = new ReplayBar({ colony: session.colony, session, trans });
  return { widget: bar, moment: bar.moment };
}

function inspectorOf(session: RunSession, made: IMadeWith): IProcessView {
  const nameOf = (processid: string) => session.nodes.get(processid)?.nodename;
  const inspector = new ProcessInspector({ ...made, colony: session.colony, nameOf });
  session.standingChanged.connect((_, standing) => {
    if (standing === 'removed') {
      inspector.leave();
    }
  });
  return {
    widget: inspector,
    inspect: node => inspector.show(node),
    chosen: inspector.chosen,
    newRun: inspector.newRun
  };
}
