import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { IColonySettings } from '../colony/settings';
import { RunCommands } from '../run/names';
import { DAG_MIME_TYPE } from './dagdata';
import { DagRenderer } from './renderer';

/** Below the rank of the widget renderer, which is -10: the lowest rank is preferred. */
const RANK = -20;

/** Renders the graph of a workflow in the outputs of notebooks and consoles. */
export const output: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:dag',
  description:
    'Shows the graph of a workflow: live from its kernel or from the server, or as it was saved.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager, ITranslator, IColony, IColonySettings],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    themes: IThemeManager | null,
    translator: ITranslator | null,
    colony: IColony | null,
    settings: IColonySettings | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    const server = colony && { colony, settings };
    const open = (workflowid: string, processid: string, name: string) => {
      void app.commands.execute(RunCommands.open, { workflowid, processid, name });
    };
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [DAG_MIME_TYPE],
        createRenderer: () => {
          const renderer = new DagRenderer({ trans, server, open });
          const redraw = () => renderer.redraw();
          themes?.themeChanged.connect(redraw);
          renderer.disposed.connect(() => themes?.themeChanged.disconnect(redraw));
          return renderer;
        }
      },
      RANK
    );
  }
};
