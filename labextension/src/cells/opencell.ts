import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/** The event by which a widget asks for a cell; cancelling it says that somebody answers. */
const EVENT = 'jupyter-colonies:open-cell';

/** The command with the same name. */
const COMMAND = 'jupyter-colonies:open-cell';

/** What is asked for: the notebook as its kernel knows it, and the id of a cell in it. */
interface IRequest {
  path: string;
  cellId: string;
  failed: (why: string) => void;
}

/** As much of a notebook's panel as is needed here. */
interface INotebook extends Widget {
  context: { path: string; ready: Promise<void> };
  content: Widget & {
    activeCellIndex: number;
    widgets: readonly { model: { id: string } }[];
    scrollToItem?: (index: number, align?: 'center') => Promise<void>;
  };
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
          properties: { path: { type: 'string' }, cellId: { type: 'string' } }
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
  }
};

/** Show a cell; rejects with the reason, in words, if that can't be done. */
async function show(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  path: string,
  cellId: string
): Promise<void> {
  if (await showOpen(app, cellId)) {
    return;
  }
  const gone = new Error(trans.__('The notebook has no such cell any more.'));
  for (const widget of app.shell.widgets('main')) {
    if (isNotebook(widget) && `/${path}`.endsWith(`/${widget.context.path}`)) {
      app.shell.activateById(widget.id);
      throw gone;
    }
  }
  const place = contentsPath(path);
  try {
    await app.serviceManager.contents.get(place, { content: false });
  } catch {
    throw new Error(trans.__('This Jupyter has no such notebook.'));
  }
  const opened: unknown = await app.commands.execute('docmanager:open', { path: place });
  if (opened instanceof Widget && isNotebook(opened)) {
    await opened.context.ready;
    if (!(await showOpen(app, cellId))) {
      throw gone;
    }
  }
}

/** Show a cell of a notebook that is open; whether there is one. */
async function showOpen(app: JupyterFrontEnd, cellId: string): Promise<boolean> {
  for (const widget of app.shell.widgets('main')) {
    const index =
      cellId && isNotebook(widget)
        ? widget.content.widgets.findIndex(cell => cell.model.id === cellId)
        : -1;
    if (index >= 0 && isNotebook(widget)) {
      app.shell.activateById(widget.id);
      widget.content.activeCellIndex = index;
      await widget.content.scrollToItem?.(index, 'center');
      return true;
    }
  }
  return false;
}

/** A kernel's path of a notebook as the path below the folder that this Jupyter serves. */
function contentsPath(path: string): string {
  const root = PageConfig.getOption('serverRoot').replace(/^~/, '').replace(/\/*$/, '/');
  const at = path.startsWith('/') && root !== '/' ? path.indexOf(root) : -1;
  return at < 0 ? path : path.slice(at + root.length);
}

function isNotebook(widget: Widget): widget is INotebook {
  const content: unknown = 'content' in widget ? widget.content : null;
  return content instanceof Widget && 'activeCellIndex' in content && 'context' in widget;
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
