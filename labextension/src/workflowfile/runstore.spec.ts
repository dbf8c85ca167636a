import { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { RunStore } from './runstore';

const run = (workflowid: string) => ({ workflowid, submitted: 1, nodes: 2 });

/** As much of the contents manager as tells what is renamed and deleted. */
function contents() {
  const owner = {};
  const fileChanged = new Signal<object, Contents.IChangedArgs>(owner);
  const tell = (type: 'rename' | 'delete', from: string, to: string | null) =>
    fileChanged.emit({
      type,
      oldValue: { path: from },
      newValue: to === null ? null : { path: to }
    } as Contents.IChangedArgs);
  return { manager: { fileChanged } as unknown as Contents.IManager, tell };
}

const ids = async (store: RunStore, path: string) =>
  (await store.of(path)).map(({ workflowid }) => workflowid);

/** Wait until the runs of a file are these. */
function until(store: RunStore, path: string, wanted: string[]): Promise<void> {
  return new Promise(resolve => {
    const look = async () => {
      if (JSON.stringify(await ids(store, path)) === JSON.stringify(wanted)) {
        resolve();
      }
    };
    store.changed.connect(() => void look());
    void look();
  });
}

describe('RunStore', () => {
  it('knows the runs of a file, the newest first, until they are forgotten', async () => {
    const store = new RunStore(null);
    await store.add('a.colony.json', run('1'));
    await store.add('a.colony.json', run('2'));
    expect(await ids(store, 'a.colony.json')).toEqual(['2', '1']);
    await store.remove('a.colony.json', '2');
    expect(await ids(store, 'a.colony.json')).toEqual(['1']);
    expect(await ids(store, 'b.colony.json')).toEqual([]);
  });

  it('follows renamed folders, and forgets deleted files', async () => {
    const store = new RunStore(null);
    const { manager, tell } = contents();
    store.follow(manager);
    await store.add('old/a.colony.json', run('1'));
    await store.add('older/a.colony.json', run('2'));
    tell('rename', 'old', 'new');
    await until(store, 'new/a.colony.json', ['1']);
    expect(await ids(store, 'old/a.colony.json')).toEqual([]);
    expect(await ids(store, 'older/a.colony.json')).toEqual(['2']);
    tell('delete', 'new/a.colony.json', null);
    await until(store, 'new/a.colony.json', []);
  });
});
