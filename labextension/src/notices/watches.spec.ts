import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { Refused } from '../server/failure';
import { settle } from '../testing/page';
import { claim, tidy } from './claim';
import { IEnding, IWatch, Watches } from './watches';
import { noticeOf } from './words';

const trans = nullTranslator.load('jupyter_colonies');

/** A colony whose runs are as the test says: a state, or none for one that is not there. */
class FakeColony {
  readonly states = new Map<string, number>();
  readonly ready = Promise.resolve({ colonyname: 'dev' });
  readonly told = new Signal<this, unknown>(this);
  readonly standingChanged = new Signal<this, string>(this);
  asked = 0;
  away = false;

  readonly connection = {
    get: async (_: string, { path }: { path: { workflowid: string } }) => {
      this.asked += 1;
      if (this.away) {
        throw new Error('away');
      }
      const state = this.states.get(path.workflowid);
      if (state === undefined) {
        throw new Refused(404, 'There is none');
      }
      return { workflowid: path.workflowid, state, revision: 7 };
    }
  };

  end(workflowid: string, state: number): void {
    this.states.set(workflowid, state);
    this.told.emit({ event: 'workflow', data: { processgraphid: workflowid, state } });
  }
}

/** What a page keeps over reloads. */
class Kept {
  value: unknown;
  fetch = async () => this.value;
  save = async (_: string, value: unknown) => void (this.value = value);
}

/** Pages of one browser: what one says the others hear, and one claim is for all. */
class Browser {
  pages: { onmessage: ((event: { data: unknown }) => void) | null }[] = [];
  claims = new Set<string>();
  ends: string[] = [];

  page(colony: FakeColony, state = new Kept()): Watches {
    const others = {
      onmessage: null,
      postMessage: (data: unknown) =>
        this.pages.filter(each => each !== others).forEach(each => each.onmessage?.({ data }))
    };
    this.pages.push(others);
    const claimed = async (what: string) => !this.claims.has(what) && !!this.claims.add(what);
    const watches = new Watches({ colony, state, others, claim: claimed } as never);
    watches.ended.connect((_, { watch, progress }: IEnding) =>
      this.ends.push(`${watch.workflowid} ${progress ? progress.state : 'removed'}`)
    );
    return watches;
  }
}

function watch(workflowid: string, chosen = true): IWatch {
  return { workflowid, name: '', chosen };
}

describe('Watches', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('tell of an ending once, on one of the pages', async () => {
    const [colony, browser] = [new FakeColony(), new Browser()];
    const pages = [browser.page(colony), browser.page(colony)];
    colony.states.set('a', 1);
    pages[0].add(watch('a'));
    await settle();
    expect(pages[1].has('a')).toBe(true);
    colony.end('a', 3);
    await settle();
    expect(browser.ends).toEqual(['a 3']);
    expect(pages.some(page => page.has('a'))).toBe(false);
  });

  it('go on after a reload, and tell what happened meanwhile', async () => {
    const [colony, browser, kept] = [new FakeColony(), new Browser(), new Kept()];
    colony.states.set('a', 1).set('b', 1);
    const page = browser.page(colony, kept);
    page.add(watch('a'));
    page.add(watch('b', false));
    await settle();
    browser.pages = [];
    colony.states.set('a', 2);
    colony.states.delete('b');
    const reloaded = browser.page(colony, kept);
    await reloaded.restore();
    jest.advanceTimersByTime(2_000);
    await settle();
    expect(browser.ends.slice().sort()).toEqual(['a 2', 'b removed']);
    expect(kept.value).toEqual([]);
  });

  it('wait for a server that is away, and ask nothing while nothing is watched', async () => {
    const [colony, browser] = [new FakeColony(), new Browser()];
    const page = browser.page(colony);
    colony.told.emit({ event: 'changed', data: { changed: ['processes'] } });
    colony.end('x', 2);
    jest.advanceTimersByTime(60_000);
    expect(colony.asked).toBe(0);
    colony.away = true;
    page.add(watch('a'));
    await settle();
    expect(page.has('a')).toBe(true);
    colony.away = false;
    colony.states.set('a', 4);
    colony.standingChanged.emit('there');
    colony.standingChanged.emit('there');
    jest.advanceTimersByTime(2_000);
    await settle();
    expect(browser.ends).toEqual(['a 4']);
    const asked = colony.asked;
    colony.standingChanged.emit('there');
    jest.advanceTimersByTime(60_000);
    expect(colony.asked).toBe(asked);
  });

  it('can be given up', async () => {
    const [colony, browser] = [new FakeColony(), new Browser()];
    const pages = [browser.page(colony), browser.page(colony)];
    colony.states.set('a', 1);
    pages[0].add(watch('a'));
    pages[1].drop('a');
    colony.end('a', 3);
    await settle();
    expect(browser.ends).toEqual([]);
  });
});

describe('a claim', () => {
  beforeEach(() => void jest.spyOn(document, 'hasFocus').mockReturnValue(true));
  afterEach(() => jest.restoreAllMocks());

  it('has one winner, however many want it, and is forgotten after a long time', async () => {
    const store = window.localStorage;
    const won = await Promise.all([1, 2, 3].map(() => claim('x', store)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await claim('x', store)).toBe(false);
    tidy(store);
    expect(await claim('x', store)).toBe(false);
    store.setItem('jupyter-colonies:told:x', '1000 0.5');
    tidy(store);
    expect(await claim('x', store)).toBe(true);
  });
});

describe('the words of a notice', () => {
  it('say how a run ended, and how long it took', () => {
    const progress = {
      state: 3,
      submissiontime: '2026-01-01T00:00:00Z',
      endtime: '2026-01-01T00:02:03Z',
      waiting: 0,
      running: 0,
      successful: 3,
      failed: 1,
      cancelled: 1
    };
    const words = (state: number) => noticeOf('It', { ...progress, state } as never, trans).words;
    expect(words(2)).toBe('It was successful after 2 min.');
    expect(words(3)).toBe('It has failed after 2 min: 1 of 5 processes failed.');
    expect(words(4)).toBe('It was cancelled after 2 min.');
    expect(noticeOf('It', null, trans)).toMatchObject({ weight: 'warning', again: false });
  });
});
