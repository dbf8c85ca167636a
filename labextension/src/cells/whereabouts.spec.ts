import { whereNow } from './whereabouts';

interface IFile {
  path: string;
  last_modified: string;
  content: unknown;
}

/** Services of a Jupyter with these notebooks, each with the ids of its cells. */
function services(notebooks: Record<string, string[]>, running: string[] = []) {
  const asked: string[] = [];
  const files: IFile[] = Object.entries(notebooks).map(([path, ids], index) => ({
    path,
    last_modified: `2026-01-0${index + 1}`,
    content: { cells: ids.map(id => ({ id })) }
  }));
  const get = async (path: string, options: { content: boolean }) => {
    asked.push(`${path}${options.content ? '' : '?'}`);
    const folder = files.filter(file => file.path.startsWith(`${path}/`));
    const found = files.find(file => file.path === path) ?? (folder.length && { content: folder });
    if (!found) {
      throw new Error('404');
    }
    return found;
  };
  const sessions = { running: () => running.map(path => ({ path })) };
  return { asked, services: { contents: { get }, sessions } as never };
}

describe('whereNow', () => {
  it('is where it was if it is still there, whatever is in it', async () => {
    const { asked, services: given } = services({ 'a/n.ipynb': [] });
    expect(await whereNow(given, 'a/n.ipynb', 'c')).toBe('a/n.ipynb');
    expect(asked).toEqual(['a/n.ipynb?']);
  });

  it('finds a notebook that was renamed by its cell', async () => {
    const there = { 'a/old.ipynb': ['x'], 'a/new.ipynb': ['y', 'c'], 'a/data.csv': ['c'] };
    const { asked, services: given } = services(there);
    expect(await whereNow(given, 'a/n.ipynb', 'c')).toBe('a/new.ipynb');
    expect(asked).not.toContain('a/data.csv');
    const moved = services({ 'b/n.ipynb': ['c'] }, ['b/n.ipynb', 'b/console']);
    expect(await whereNow(moved.services, 'a/n.ipynb', 'c')).toBe('b/n.ipynb');
  });

  it('says that there is none', async () => {
    expect(await whereNow(services({ 'a/o.ipynb': ['x'] }).services, 'a/n.ipynb', 'c')).toBe('');
    expect(await whereNow(services({ 'a/o.ipynb': ['x'] }).services, 'a/n.ipynb', '')).toBe('');
    expect(await whereNow(services({}).services, 'a/n.ipynb', 'c')).toBe('');
  });
});
