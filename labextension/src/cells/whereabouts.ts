import { PathExt } from '@jupyterlab/coreutils';
import { Contents, ServiceManager } from '@jupyterlab/services';

/** The notebooks of a folder that are looked into at most, the last changed first. */
const MOST = 20;

type Services = Pick<ServiceManager.IManager, 'contents' | 'sessions'>;

/**
 * Where a notebook is now that was at a path when it ran something; empty if it is not found.
 *
 * One that was renamed since is found if its cell is in another notebook of the same folder, or in
 * one that has a kernel.
 */
export async function whereNow(
  { contents, sessions }: Services,
  path: string,
  cellId: string
): Promise<string> {
  if (await exists(contents, path)) {
    return path;
  }
  const candidates = new Set([...sessions.running()].map(session => session.path));
  (await notebooksIn(contents, PathExt.dirname(path))).forEach(each => candidates.add(each));
  for (const each of cellId ? [...candidates].filter(isNotebookPath).slice(0, MOST) : []) {
    if (await hasCell(contents, each, cellId)) {
      return each;
    }
  }
  return '';
}

async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  try {
    await contents.get(path, { content: false });
    return true;
  } catch {
    return false;
  }
}

async function notebooksIn(contents: Contents.IManager, folder: string): Promise<string[]> {
  try {
    const { content } = await contents.get(folder, { content: true });
    return (Array.isArray(content) ? (content as Contents.IModel[]) : [])
      .sort((one, other) => other.last_modified.localeCompare(one.last_modified))
      .map(each => each.path);
  } catch {
    return [];
  }
}

async function hasCell(
  contents: Contents.IManager,
  path: string,
  cellId: string
): Promise<boolean> {
  try {
    const { content } = await contents.get(path, { content: true, type: 'notebook' });
    const cells: unknown = (content as { cells?: unknown } | null)?.cells;
    return Array.isArray(cells) && cells.some(cell => (cell as { id?: unknown }).id === cellId);
  } catch {
    return false;
  }
}

function isNotebookPath(path: string): boolean {
  return PathExt.extname(path) === '.ipynb';
}
