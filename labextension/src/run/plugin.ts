import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { addRunCommands } from './commands';
import { GraphPane } from './graphpane';
import { LINK } from './links';
import { RunCommands } from './names';
import { ProcessTable } from './processtable';
import { Runs } from './runs';
import { RunSession } from './runsession';

/** Opens runs in the main area. */
export const run: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:run',
  description: 'Shows a run in the main area: its graph, its timeline and its processes.',
  autoStart: true,
  requires: [IColony],
  optional: [ILabShell, ILayoutRestorer, IRouter, ICommandPalette, IColonySettings, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
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
      parts: session => ({
        panes: [
          {
            name: 'graph',
            label: trans.__('Graph'),
            make: () => graphOf(session, settings, trans)
          },
          {
            name: 'table',
            label: trans.__('Table'),
            make: () => new ProcessTable(session, trans)
          }
        ]
      })
    });
    addRunCommands({ app, colony, runs, trans, palette, keepsLink: !labShell });
    router?.register({ command: RunCommands.openLinked, pattern: LINK });
    if (restorer) {
      runs.restore(restorer);
    }
  }
};

function graphOf(
  session: RunSession,
  settings: IColonySettings | null,
  trans: TranslationBundle
): GraphPane {
  const graph = new GraphPane({ title: session.name, settings, trans });
  graph.follow(session);
  return graph;
}
