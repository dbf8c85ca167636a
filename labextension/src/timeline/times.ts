import { known, microseconds } from '../graph/moment';

/**
 * No moment at all, in microseconds since 1970; in documents it is the beginning of the year 1.
 *
 * Moments are whole numbers of microseconds, which a number holds exactly: a `Date` would lose what
 * is below a millisecond.
 */
export const NEVER = 0;

/** How no moment is written. */
export const NEVER_TEXT = '0001-01-01T00:00:00Z';

/** The moment that was read last, and its minute: the next one is often the same or of the same. */
const read = { text: NEVER_TEXT, at: NEVER };
const minute = { text: '', at: NaN };

/** Where the seconds stand in a text. */
const SECONDS = 17;

/** Microseconds since 1970 of a text; what is no moment, or lies before 1970, is never. */
export function micros(text: string): number {
  if (text !== read.text) {
    read.text = text;
    read.at = known(text) ? Math.max(parsed(text) || NEVER, NEVER) : NEVER;
  }
  return read.at;
}

function parsed(text: string): number {
  if (!text.endsWith('Z')) {
    return microseconds(text);
  }
  // As the server writes them. A history has tens of thousands, so reading one has to be cheap.
  const prefix = text.slice(0, SECONDS);
  if (prefix !== minute.text) {
    minute.text = prefix;
    minute.at = Date.parse(`${prefix}00Z`) * 1000;
  }
  return minute.at + Math.round(Number(text.slice(SECONDS, -1)) * 1e6);
}
