import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { isNotebook, showCell } from './showing';
import { whereNow } from './whereabouts';

/** The event by which a widget asks for a cell; cancelling it says that somebody answers. */
const EVENT = 'jupyter-colonies:open-cell';

/** The command with the same name. */
const COMMAND = 'jupyter-colonies:open-cell';

/** Where in an address a cell is named, as JupyterLab has it too. */
const FRAGMENT = '#cell-id=';

/** What is asked for: the notebook as its kernel knows it, and the id of a cell in it. */
interface IRequest {
  path: string;
  cellId: string;
  failed: (why: string) => void;
}

/** Shows the cell that ran a process when a widget asks for it. */
export const openCell: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-colonies:open-cell',
  description: 'Opens the cell that ran a process.',
  autoStart: true,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('jupyter_colonies');
    app.commands.addCommand(COMMAND, {
      label: trans.__('Open the Cell That Ran a Process'),
      isVisible: () => false,
      execute: args => show(app, trans, String(args.path ?? ''), String(args.cellId ?? '')),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: { type: 'string', description: "The notebook's path as its kernel knows it" },
            cellId: { type: 'string', description: 'The id of the cell' }
          }
        }
      }
    });
    document.addEventListener(EVENT, event => {
      const request = readRequest(event);
      if (request) {
        event.preventDefault();
        const { path, cellId, failed } = request;
        app.commands
          .execute(COMMAND, { path, cellId })
          .catch((error: unknown) => failed(error instanceof Error ? error.message : ''));
      }
    });
    void app.restored.then(() => showLinked(app));
  }
};

/** Show a cell; rejects with the reason, in words, if that can't be done. */
async function show(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  path: string,
  cellId: string
): Promise<void> {
  if (!path && !cellId) {
    throw new Error(trans.__('It is not known in which notebook this ran.'));
  }
  const gone = new Error(
    cellId
      ? trans.__('The notebook has no such cell any more.')
      : trans.__('It is not known in which cell of the notebook this ran.')
  );
  if (await showOpen(app, path, cellId)) {
    return;
  }
  for (const widget of app.shell.widgets('main')) {
    if (isNotebook(widget) && `/${path}`.endsWith(`/${widget.context.path}`)) {
      app.shell.activateById(widget.id);
      throw gone;
    }
  }
  const place = path && (await whereNow(app.serviceManager, contentsPath(path), cellId));
  if (!place) {
    throw new Error(
      trans.__('This Jupyter has no notebook %1 any more.', PathExt.basename(path) || path)
    );
  }
  if (PageConfig.getOption('notebookPage')) {
    openTab(app.serviceManager.serverSettings.baseUrl, place, cellId);
    return;
  }
  const opened: unknown = await app.commands.execute('docmanager:open', { path: place });
  if (opened instanceof Widget && isNotebook(opened)) {
    await opened.context.ready;
    if (!(await showOpen(app, path, cellId))) {
      throw gone;
    }
  }
}

/** Show a cell of a notebook that is open, of the one with this path first; whether there is one. */
async function showOpen(app: JupyterFrontEnd, path: string, cellId: string): Promise<boolean> {
  const open = [...app.shell.widgets('main')].filter(isNotebook);
  const named = (each: (typeof open)[number]) => `/${path}`.endsWith(`/${each.context.path}`);
  for (const notebook of open.sort((one, other) => Number(named(other)) - Number(named(one)))) {
    if (cellId && notebook.content.widgets.some(cell => cell.model.id === cellId)) {
      app.shell.activateById(notebook.id);
      await showCell(notebook, cellId);
      return true;
    }
  }
  return false;
}

/** Jupyter Notebook has a page for each notebook. */
function openTab(baseUrl: string, path: string, cellId: string): void {
  const address = URLExt.join(baseUrl, 'notebooks', URLExt.encodeParts(path));
  window.open(`${address}${cellId ? FRAGMENT + encodeURIComponent(cellId) : ''}`, '_blank');
}

/** Show the cell that the page's address names. */
async function showLinked(app: JupyterFrontEnd): Promise<void> {
  const { hash } = window.location;
  if (!PageConfig.getOption('notebookPage') || !hash.startsWith(FRAGMENT)) {
    return;
  }
  const notebook = app.shell.currentWidget;
  if (notebook && isNotebook(notebook)) {
    await notebook.context.ready;
    await showCell(notebook, decodeURIComponent(hash.slice(FRAGMENT.length)));
  }
}

/** A kernel's path of a notebook as the path below the folder that this Jupyter serves. */
function contentsPath(path: string): string {
  const root = PageConfig.getOption('serverRoot').replace(/^~/, '').replace(/\/*$/, '/');
  const at = path.startsWith('/') && root !== '/' ? path.indexOf(root) : -1;
  return at < 0 ? path : path.slice(at + root.length);
}

function readRequest(event: Event): IRequest | null {
  const detail: unknown = event instanceof CustomEvent ? event.detail : null;
  if (typeof detail !== 'object' || detail === null) {
    return null;
  }
  const { path, cellId, failed } = detail as Partial<Record<keyof IRequest, unknown>>;
  if (typeof path !== 'string' || typeof cellId !== 'string' || typeof failed !== 'function') {
    return null;
  }
  return { path, cellId, failed: why => void failed(why) };
}
