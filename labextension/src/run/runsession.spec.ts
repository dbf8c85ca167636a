import { Documents } from '../server/connection';
import { ToldColony } from '../testing/colony';
import { connectionTo } from '../testing/connection';
import { hide, settle } from '../testing/page';
import { Socket } from '../testing/socket';
import { RunSession } from './runsession';

const ID = 'abcdef0123456789';

/** What the server answers to the next requests: a status, and whether it is the colony's. */
interface IAnswer {
  status: number;
  problem?: boolean;
}

class Server {
  answer: IAnswer | null = { status: 200 };
  asked: string[] = [];

  readonly fetch = (request: { url: string }): Promise<unknown> => {
    this.asked.push(new URL(request.url).pathname);
    if (!this.answer) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const { status, problem } = this.answer;
    const kind = problem ? 'application/problem+json' : 'application/json';
    return Promise.resolve({
      ok: status < 300,
      status,
      statusText: `status ${status}`,
      headers: { get: () => (problem || status < 300 ? kind : 'text/html') },
      json: () => Promise.resolve(problem ? { detail: 'as the server says' } : { name: 'making' })
    });
  };
}

function node(processid: string, state: 0 | 1 | 2 = 0): Documents['NodeChange'] {
  return { processid, state, nodename: processid } as Documents['NodeChange'];
}

function change(...nodes: Documents['NodeChange'][]): Documents['WorkflowChange'] {
  return { processgraphid: ID, colonyname: 'dev', revision: 1, state: 1, nodes };
}

describe('RunSession', () => {
  let server: Server;
  let colony: ToldColony;
  let session: RunSession;

  /** A session with its first socket, which is open. */
  async function follow(): Promise<Socket> {
    session = new RunSession(colony, ID);
    await settle();
    Socket.made[0].onopen?.();
    return Socket.made[0];
  }

  beforeEach(() => {
    jest.useFakeTimers();
    Socket.made = [];
    server = new Server();
    colony = new ToldColony(connectionTo(server.fetch));
  });

  afterEach(() => {
    session.dispose();
    hide(false);
    jest.useRealTimers();
  });

  it('keeps what it is told, in the order in which it came', async () => {
    const socket = await follow();
    const told: number[] = [];
    session.changed.connect((_, { nodes }) => told.push(nodes.length));
    socket.tell('1', 'change', change(node('a'), node('b')));
    socket.tell('2', 'change', change(node('c'), node('a', 1)));
    expect([...session.nodes.keys()]).toEqual(['a', 'b', 'c']);
    expect(session.nodes.get('a')?.state).toBe(1);
    expect(session.whole?.nodes).toHaveLength(3);
    expect(told).toEqual([2, 2]);
    expect(session.standing).toBe('live');
    expect(session.name).toBe('making');
  });

  it('begins anew after a reset', async () => {
    const socket = await follow();
    const restarted = jest.fn();
    session.restarted.connect(restarted);
    socket.tell('5', 'change', change(node('a'), node('b')));
    socket.tell('0', 'reset', { reason: 'unknown' });
    expect(restarted).toHaveBeenCalledTimes(1);
    expect(session.whole).toBeNull();
    socket.tell('1', 'change', change(node('b')));
    expect([...session.nodes.keys()]).toEqual(['b']);
  });

  it('does not listen for a workflow that the server does not know', async () => {
    server.answer = { status: 404, problem: true };
    session = new RunSession(colony, ID);
    await settle();
    expect(session.standing).toBe('removed');
    expect(session.trouble).toBe('as the server says');
    expect(session.name).toBe('Workflow abcdef01');
    colony.become('there');
    session.retry();
    jest.advanceTimersByTime(60_000);
    await settle();
    expect(server.asked).toHaveLength(1);
    expect(Socket.made).toHaveLength(0);
  });

  it('says when the workflow was removed while it was followed, and keeps what it was', async () => {
    const socket = await follow();
    socket.tell('1', 'change', change(node('a')));
    server.answer = { status: 404, problem: true };
    socket.tell('1', 'end', { reason: 'there is no workflow' });
    await settle();
    expect(session.standing).toBe('removed');
    expect(session.nodes.size).toBe(1);
    jest.advanceTimersByTime(60_000);
    expect(Socket.made).toHaveLength(1);
  });

  it('is refused when the session has expired, and goes on after signing in again', async () => {
    const socket = await follow();
    socket.tell('7', 'change', change(node('a')));
    server.answer = { status: 403 };
    socket.onclose?.();
    await settle();
    expect(session.standing).toBe('refused');
    server.answer = { status: 200 };
    jest.advanceTimersByTime(6_000);
    await settle();
    expect(Socket.made).toHaveLength(2);
    expect(Socket.made[1].address).toMatch(/after=7$/);
    Socket.made[1].onopen?.();
    expect(session.standing).toBe('live');
    expect(session.trouble).toBe('');
  });

  it('connects at once when the colony says that the server is back', async () => {
    const socket = await follow();
    socket.tell('3', 'change', change(node('a')));
    server.answer = null;
    socket.onclose?.();
    await settle();
    expect(session.standing).toBe('away');
    expect(session.trouble).toMatch(/does not answer/);
    server.answer = { status: 200 };
    colony.become('there');
    await settle();
    const last = Socket.made.at(-1);
    last?.onopen?.();
    expect(last?.address).toMatch(/after=3$/);
    expect(session.standing).toBe('live');
  });

  it('does not hurry when the server ends a stream for another reason', async () => {
    const socket = await follow();
    socket.tell('1', 'end', { reason: 'The token has expired' });
    await settle();
    expect(session.standing).toBe('over');
    expect(Socket.made).toHaveLength(1);
    jest.advanceTimersByTime(6_000);
    await settle();
    expect(Socket.made).toHaveLength(2);
  });

  it('asks nothing while the page is hidden', async () => {
    hide(true);
    session = new RunSession(colony, ID);
    await settle();
    expect(session.standing).toBe('resting');
    jest.advanceTimersByTime(600_000);
    await settle();
    expect(server.asked).toEqual([]);
    hide(false);
    await settle();
    expect(server.asked).toEqual([`/x/colonies/v1/workflows/${ID}/progress`]);
    expect(Socket.made).toHaveLength(1);
  });

  it('waits with a colony that is not there, and says why', () => {
    colony = new ToldColony(colony.connection, new Promise(() => undefined));
    colony.standing = 'absent';
    colony.trouble = 'no colony here';
    session = new RunSession(colony, ID);
    expect([session.standing, session.trouble]).toEqual(['away', 'no colony here']);
  });
});
