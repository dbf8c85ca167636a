import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DAG_MIME_TYPE } from './dagdata';
import { DagRenderer } from './renderer';

/** Below the rank of the widget renderer, which is -10: the lowest rank is preferred. */
const RANK = -20;

/** Renders the graph of a workflow in the outputs of notebooks and consoles. */
export const output: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:dag',
  description:
    'Shows the graph of a workflow: the live view, or the picture saved with the notebook.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    themes: IThemeManager | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [DAG_MIME_TYPE],
        createRenderer: () => {
          const renderer = new DagRenderer(trans);
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
