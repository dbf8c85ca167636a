/**
 * A computation that may be left at certain points and gone on with later, so that a page stays
 * alive while it computes.
 */
export type Work<T> = Generator<void, T, void>;

/** How long a computation may go on before the page gets its turn, in milliseconds. */
const TURN = 12;

/** How many times around a loop there is nothing to be gained from leaving it. */
export const STRIDE = 500;

/** Carry it out without a pause. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) {
      return step.value;
    }
  }
}

/**
 * Carry it out in turns between which the page lives.
 *
 * @returns the result; null if it was `abandoned` meanwhile, which ends it
 */
export async function inTurns<T>(work: Work<T>, abandoned: () => boolean): Promise<T | null> {
  let step: IteratorResult<void, T>;
  let turns = 0;
  do {
    const since = performance.now();
    do {
      step = work.next();
    } while (!step.done && performance.now() - since < TURN);
    turns += 1;
    if (turns > 1 || !step.done) {
      // What is done with the result of a long computation has a turn of its own, too.
      await new Promise(resolve => window.setTimeout(resolve));
    }
    if (abandoned()) {
      return null;
    }
  } while (!step.done);
  return step.value;
}
