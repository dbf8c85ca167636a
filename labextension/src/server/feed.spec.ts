import { hide } from '../testing/page';
import { Socket } from '../testing/socket';
import { Connection } from './connection';
import { Feed, FeedState, ITold } from './feed';

function newFeed(): { feed: Feed; told: ITold[]; states: FeedState[] } {
  const settings = { wsUrl: 'ws://host/x/', token: '', appendToken: false, WebSocket: Socket };
  const connection = new Connection(settings as never);
  const feed = new Feed(connection, '/workflows/{workflowid}/events', { workflowid: 'a b' });
  const [told, states]: [ITold[], FeedState[]] = [[], []];
  feed.told.connect((_, each) => told.push(each));
  feed.stateChanged.connect((_, each) => states.push(each));
  return { feed, told, states };
}

describe('Feed', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    Socket.made = [];
  });
  afterEach(() => {
    hide(false);
    jest.useRealTimers();
  });

  it('goes on after the last event when the connection was lost', () => {
    const { feed, told, states } = newFeed();
    const [first] = Socket.made;
    expect(first.address).toBe('ws://host/x/colonies/v1/workflows/a%20b/events/websocket');
    first.onopen?.();
    first.tell('7', 'change', { revision: 7 });
    first.onclose?.();
    jest.advanceTimersByTime(1_000);
    const second = Socket.made[1];
    expect(second.address).toMatch(/\?after=7$/);
    second.onopen?.();
    second.tell('8', 'change');
    expect(told.map(({ id }) => id)).toEqual(['7', '8']);
    expect(states).toEqual(['live', 'away', 'live']);
    feed.dispose();
  });

  it('tries again more and more seldom, and not at all once it is disposed', () => {
    const { feed } = newFeed();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      Socket.made.at(-1)?.onclose?.();
      jest.advanceTimersByTime(20_000);
    }
    expect(Socket.made).toHaveLength(21);
    Socket.made.at(-1)?.onclose?.();
    jest.advanceTimersByTime(1_000);
    expect(Socket.made).toHaveLength(21);
    feed.dispose();
    jest.advanceTimersByTime(60_000);
    expect(Socket.made).toHaveLength(21);
  });

  it('rests while the page is hidden, and goes on where it was', () => {
    const { feed } = newFeed();
    Socket.made[0].onopen?.();
    Socket.made[0].tell('3', 'change');
    hide(true);
    expect(feed.state).toBe('live');
    jest.advanceTimersByTime(30_000);
    expect(feed.state).toBe('resting');
    expect(Socket.made[0].closed).toBe(true);
    jest.advanceTimersByTime(600_000);
    expect(Socket.made).toHaveLength(1);
    hide(false);
    expect(Socket.made[1].address).toMatch(/after=3$/);
    feed.dispose();
  });

  it('is over when the server says so, but not when that only stops', () => {
    const { feed } = newFeed();
    Socket.made[0].onopen?.();
    Socket.made[0].tell('4', 'end', { reason: 'The server is stopping: try again' });
    expect(feed.state).toBe('live');
    Socket.made[0].tell('4', 'end', { reason: 'The workflow is not there any more' });
    expect(feed.state).toBe('over');
    expect(feed.reason).toBe('The workflow is not there any more');
    jest.advanceTimersByTime(60_000);
    expect(Socket.made).toHaveLength(1);
    feed.dispose();
  });
});
