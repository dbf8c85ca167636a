import { nullTranslator } from '@jupyterlab/translation';

import { ToldColony } from '../testing/colony';
import { connectionTo } from '../testing/connection';
import { settle } from '../testing/page';
import { Socket } from '../testing/socket';
import { Following } from './following';
import { Process } from './process';

const NEVER = '0001-01-01T00:00:00Z';
const START = '2026-01-01T12:00:00Z';

/** What is at an address; a number is the status of a refusal, null a server that is away. */
type Place = object | string | number | null;

class Server {
  readonly places = new Map<string, Place>();
  readonly asked: string[] = [];

  readonly fetch = (request: { url: string }): Promise<unknown> => {
    const { pathname, search } = new URL(request.url);
    this.asked.push(pathname.slice('/x/colonies/v1'.length) + search);
    const place = this.places.get(pathname.slice('/x/colonies/v1'.length)) ?? 404;
    if (this.away) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const status = typeof place === 'number' ? place : 200;
    const body = typeof place === 'number' ? { detail: 'as the server says' } : place;
    return Promise.resolve({
      ok: status < 300,
      status,
      statusText: '',
      headers: { get: () => (status === 401 ? 'text/html' : 'application/json') },
      json: () => Promise.resolve(body),
      text: () => Promise.resolve(String(body))
    });
  };

  away = false;
}

function processOf(fields: Partial<Process>): Process {
  const spec = { nodename: 'fit', funcname: 'f', conditions: { colonyname: 'dev' } };
  return {
    processid: 'p',
    state: 1,
    submissiontime: START,
    starttime: START,
    endtime: NEVER,
    attributes: [],
    parents: [],
    children: [],
    retries: 0,
    assignedexecutorid: '',
    in: [],
    out: [],
    spec,
    ...fields
  } as unknown as Process;
}

function notes(lines: string[], fields: object = {}): object {
  return {
    lines: lines.map(message => ({ message, timestamp: 1_790_000_000_123_000_000 })),
    ended: false,
    ...fields
  };
}

describe('Following', () => {
  let server: Server;
  let colony: ToldColony;
  let following: Following;

  async function follow(nameOf: (id: string) => string | undefined = () => undefined) {
    const trans = nullTranslator.load('');
    following = new Following({ colony, processid: 'p', trans, nameOf });
    await settle();
  }

  function texts(): string[] {
    return following.logbook.from(0).lines.map(line => line[1]);
  }

  beforeEach(() => {
    jest.useFakeTimers();
    Socket.made = [];
    server = new Server();
    server.places.set('/processes/p', processOf({}));
    colony = new ToldColony(connectionTo(server.fetch));
  });

  afterEach(() => {
    following.dispose();
    jest.useRealTimers();
  });

  it('keeps what is noted, and looks again when the state is another one', async () => {
    await follow();
    const [socket] = Socket.made;
    expect(socket.address).toBe('ws://host/x/colonies/v1/processes/p/log/events/websocket');
    socket.onopen?.();
    socket.tell('5', 'notes', notes(['one\ntwo'], { state: 1, attributes: [] }));
    await settle();
    expect(server.asked).toEqual(['/processes/p']);
    const attributes = [{ key: 'progress', value: '0.5' }];
    socket.tell('6', 'notes', notes(['\u001b[31mthree'], { attributes }));
    expect(following.process?.attributes).toEqual(attributes);
    expect(following.live).toBe(true);
    server.places.set('/processes/p', processOf({ state: 2, out: [7] }));
    socket.tell('6', 'notes', notes([], { state: 2, ended: true }));
    socket.tell('6', 'end', { reason: 'The process has ended' });
    await settle();
    expect(texts()).toEqual(['one', 'two', 'three']);
    expect(following.logbook.from(2).lines[0][2]).toEqual([[0, 5, 'red']]);
    expect(following.process?.out).toEqual([7]);
    expect(following.live).toBe(false);
    expect(server.asked).toHaveLength(2);
  });

  it('begins the log anew where the server says so', async () => {
    await follow();
    Socket.made[0].tell('5', 'notes', notes(['old']));
    Socket.made[0].tell('0', 'reset', { reason: 'elsewhere' });
    Socket.made[0].tell('5', 'notes', notes(['new']));
    expect(texts()).toEqual(['new']);
  });

  it('keeps what is known of a process that was removed, and asks no more', async () => {
    await follow();
    Socket.made[0].onopen?.();
    server.places.delete('/processes/p');
    Socket.made[0].tell('0', 'end', { reason: "there is no process 'p'" });
    await settle();
    expect(following.removed).toBe(true);
    expect(following.trouble).toContain('was removed');
    expect(following.process?.processid).toBe('p');
    await following.refresh();
    expect(server.asked).toHaveLength(2);
  });

  it('says that there is no such process', async () => {
    server.places.delete('/processes/p');
    await follow();
    expect(following.trouble).toContain('no such process');
    expect(Socket.made).toEqual([]);
  });

  it('goes on after the last line when the server is back', async () => {
    await follow();
    Socket.made[0].onopen?.();
    Socket.made[0].tell('5', 'notes', notes(['one'], { state: 1 }));
    server.away = true;
    Socket.made[0].onclose?.();
    await settle();
    expect(following.trouble).toContain('does not answer');
    server.away = false;
    jest.advanceTimersByTime(1_000);
    expect(Socket.made[1].address).toMatch(/after=5$/);
    Socket.made[1].onopen?.();
    await settle();
    expect(following.trouble).toBe('');
    expect(texts()).toEqual(['one']);
  });

  it('waits for the colony when the session has expired', async () => {
    server.places.set('/processes/p', 401);
    await follow();
    expect(following.trouble).toContain('expired');
    jest.advanceTimersByTime(600_000);
    expect(server.asked).toHaveLength(1);
    server.places.set('/processes/p', processOf({}));
    colony.standingChanged.emit('there');
    await settle();
    expect(following.trouble).toBe('');
    expect(following.process).not.toBeNull();
  });

  it('names relatives as the reader knows them, and others as the server does', async () => {
    server.places.set('/processes/p', processOf({ parents: ['a', 'b'], children: ['gone'] }));
    server.places.set('/processes/b', processOf({ processid: 'b' }));
    await follow(id => (id === 'a' ? 'load' : undefined));
    expect([...following.names]).toEqual([
      ['a', 'load'],
      ['b', 'fit']
    ]);
  });

  it('shows the log of the process that did the work, if that is still there', async () => {
    server.places.set('/processes/p', processOf({ state: 2, keptfrom: 'k' }));
    await follow();
    expect(Socket.made).toEqual([]);
    expect(following.live).toBe(false);
    following.dispose();
    server.places.set('/processes/k', processOf({ processid: 'k', state: 2 }));
    await follow();
    expect(Socket.made[0].address).toContain('/processes/k/log/events');
    Socket.made[0].tell('5', 'notes', notes(['kept'], { state: 3, attributes: [] }));
    await settle();
    expect(following.process?.state).toBe(2);
    expect(texts()).toEqual(['kept']);
  });

  it('fetches what is kept as a file when it is wanted, and says why it is not shown', async () => {
    const file = '/results/1.json';
    const reference = { $file: file, kind: 'json', sha256: 's', rich: { sha256: 'r' } };
    server.places.set('/processes/p', processOf({ state: 2, out: [reference] }));
    const found = { fileid: 'f', size: 9, checksum: 's', checksumalg: 'SHA256' };
    server.places.set('/colonies/dev/files', { items: [found] });
    server.places.set('/colonies/dev/files/f/content', '[1, 2]');
    await follow();
    await following.fetchValue(file);
    expect(following.fetched.get(file)).toEqual([1, 2]);
    expect(server.asked.at(-2)).toBe('/colonies/dev/files?label=%2Fresults&name=1.json');
    await following.look(file);
    expect(following.seen.get(file)).toEqual({
      kind: 'text',
      text: expect.stringContaining('not the one of this value') as string
    });
    await following.look(file);
    expect(server.asked.filter(each => each.includes('.mime'))).toHaveLength(1);
  });
});
