import { Connection } from '../server/connection';
import { Run, RunList, progress } from './runlist';

/** A server with so many runs, the newest with the largest number. */
class Server {
  constructor(many: number) {
    for (let number = 1; number <= many; number++) {
      this.submit();
    }
  }

  readonly asked: Record<string, unknown>[] = [];
  runs: Run[] = [];

  submit(state: Run['state'] = 0): Run {
    const number = ++this._count;
    const run: Run = {
      runid: `run${number}`,
      kind: 'workflow',
      name: `flow ${number}`,
      colonyname: 'dev',
      initiatorname: 'ada',
      executorname: '',
      revision: 1,
      state,
      submissiontime: new Date(number * 1000).toISOString(),
      starttime: '',
      endtime: '',
      waiting: 2,
      running: 0,
      successful: 0,
      failed: 0,
      cancelled: 0,
      original: ''
    };
    this.runs.unshift(run);
    return run;
  }

  get connection(): Connection {
    const get = (_: string, { query }: { query: Record<string, unknown> }) => {
      this.asked.push(query);
      const words = ['waiting', 'running', 'successful', 'failed', 'cancelled'];
      let found = this.runs.filter(each => !query.state || words[each.state] === query.state);
      found = query.sort === 'submissiontime' ? [...found].reverse() : found;
      const after = query.cursor ? found.findIndex(each => each.runid === query.cursor) + 1 : 0;
      const items = found.slice(after, after + Number(query.limit)).map(each => ({ ...each }));
      const more = after + items.length < found.length;
      return Promise.resolve(more ? { items, next: items[items.length - 1].runid } : { items });
    };
    return { get } as unknown as Connection;
  }

  private _count = 0;
}

function names(list: RunList): string[] {
  return list.rows.map(each => each.runid);
}

describe('RunList', () => {
  it('reads page after page, to the end', async () => {
    const server = new Server(1300);
    const list = new RunList(server.connection, 'dev');
    await list.look({});
    expect([list.rows.length, list.more]).toEqual([100, true]);
    await list.follow();
    await list.follow();
    await list.follow();
    await list.follow();
    expect([list.rows.length, list.more]).toEqual([1300, false]);
    expect(new Set(names(list)).size).toBe(1300);
    await list.look({ oldestFirst: true });
    expect(names(list)[0]).toBe('run1');
  });

  it('changes what is there in its place', async () => {
    const list = new RunList(new Server(3).connection, 'dev');
    await list.look({});
    const before = list.get('run2');
    list.learn('workflow', {
      processgraphid: 'run2',
      revision: 5,
      state: 1,
      running: 1,
      success: 1
    });
    expect(list.stirred).toBe(true);
    await list.flush();
    expect(list.get('run2')).toBe(before);
    expect(list.rows[1]).toMatchObject({ state: 1, running: 1, successful: 1, waiting: 2 });
    expect(progress(list.rows[1])).toEqual({ total: 4, finished: 1 });
    list.learn('workflow', { processgraphid: 'run2', revision: 4, state: 0 });
    await list.flush();
    expect(list.rows[1].state).toBe(1);
  });

  it('brings what is new to the top and takes out what was removed', async () => {
    const server = new Server(450);
    const list = new RunList(server.connection, 'dev');
    await list.look({});
    await list.follow();
    const [kept] = list.rows;
    server.runs = server.runs.filter(each => each.runid !== 'run440');
    const fresh = server.submit(1);
    list.learn('workflow', { processgraphid: fresh.runid, revision: 1, state: 1 });
    await list.flush();
    expect(names(list).slice(0, 2)).toEqual(['run451', 'run450']);
    expect(list.rows[1]).toBe(kept);
    expect(list.get('run440')).toBeUndefined();
    expect(list.rows.length).toBe(450);
    expect(names(list)).toEqual(server.runs.map(each => each.runid));
  });

  it('puts what is new to the end where the oldest come first', async () => {
    const server = new Server(3);
    const list = new RunList(server.connection, 'dev');
    await list.look({ oldestFirst: true });
    const fresh = server.submit();
    list.learn('process', { event: 9, processid: fresh.runid, state: 0 });
    await list.flush();
    expect(names(list)).toEqual(['run1', 'run2', 'run3', 'run4']);
  });

  it('lets go what the filter leaves out', async () => {
    const server = new Server(3);
    const list = new RunList(server.connection, 'dev');
    await list.look({ state: 'waiting' });
    list.learn('workflow', { processgraphid: 'run3', revision: 2, state: 3, failed: 2 });
    await list.flush();
    expect(names(list)).toEqual(['run2', 'run1']);
    list.forget('run1');
    expect(names(list)).toEqual(['run2']);
    expect(server.asked.length).toBe(1);
  });

  it('keeps what it has when it can not be read anew', async () => {
    const server = new Server(3);
    const { connection } = server;
    const list = new RunList(connection, 'dev');
    await list.look({});
    connection.get = () => Promise.reject(new Error('The Jupyter server does not answer.'));
    await list.renew();
    expect([list.reading, list.trouble]).toEqual(['failed', 'The Jupyter server does not answer.']);
    expect(list.rows.length).toBe(3);
  });
});
