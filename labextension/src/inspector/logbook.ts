import { Documents } from '../server/connection';
import { Pen, StyledLine } from './console';

/** Lines that are kept; of a longer log the newest ones. */
const MOST_LINES = 50_000;

/** Milliseconds since 1970, the text, and its styles if there are any. */
export type Line = [when: number, ...styled: StyledLine];

/** The log of one process as the page's script wants it; lines are numbered from 0. */
export class Logbook {
  /** How many lines are not kept any more. */
  get leftOut(): number {
    return this._leftOut;
  }

  /** How many lines there are, those that are not kept any more among them. */
  get total(): number {
    return this._leftOut + this._lines.length;
  }

  /** Add what was logged, each message on lines of its own. */
  add(logs: readonly Documents['Log'][]): void {
    for (const { message, timestamp } of logs) {
      const when = Math.floor(timestamp / 1_000_000);
      for (const text of message.replace(/\n$/, '').split('\n')) {
        this._lines.push([when, ...this._pen.read(text)]);
      }
    }
    // A tenth at a time: taking off the first of a long list each time would be slow.
    if (this._lines.length > MOST_LINES * 1.1) {
      const many = this._lines.length - MOST_LINES;
      this._lines.splice(0, many);
      this._leftOut += many;
    }
  }

  /** The lines from a number on, and the number of the first of them. */
  from(first: number): { first: number; lines: Line[] } {
    const begin = Math.max(first, this._leftOut);
    return { first: begin, lines: this._lines.slice(begin - this._leftOut) };
  }

  private readonly _lines: Line[] = [];
  private readonly _pen = new Pen();
  private _leftOut = 0;
}
