/** What the names of claims begin with in the browser's store. */
const PREFIX = 'jupyter-colonies:told:';

/** For how long a page that nobody works in lets the one with the reader go first, in milliseconds. */
const COURTESY = 500;

/** How long a page waits whether another one claims the same, in milliseconds. */
const CONTEST = 150;

/** For how long claims are kept, in milliseconds: longer than pages are left open unseen. */
const KEPT = 14 * 24 * 3600 * 1000;

/**
 * Whether this page is the one that tells of something; of several pages exactly one is.
 *
 * The page with the reader goes first. Each writes its name over the others', and the last one to
 * do so has it. It works in pages that come over plain HTTP too, where browsers have no locks.
 */
export async function claim(what: string, store: Storage = window.localStorage): Promise<boolean> {
  const key = PREFIX + what;
  if (!document.hasFocus()) {
    await pause(COURTESY);
  }
  if (store.getItem(key) !== null) {
    return false;
  }
  const mine = `${Date.now()} ${Math.random()}`;
  store.setItem(key, mine);
  await pause(CONTEST);
  return store.getItem(key) === mine;
}

function pause(span: number): Promise<void> {
  return new Promise(resolve => window.setTimeout(resolve, span));
}

/** Forget the claims that nobody can ask for any more. */
export function tidy(store: Storage = window.localStorage): void {
  const old = Date.now() - KEPT;
  for (const key of Object.keys(store)) {
    if (key.startsWith(PREFIX) && !(parseInt(store.getItem(key) ?? '', 10) > old)) {
      store.removeItem(key);
    }
  }
}
