import { durationText } from './duration';
import look from './look.json';
import { known, microseconds } from './moment';
import {
  CANCELLED,
  Counts,
  FAILED,
  finished,
  Node,
  RUNNING,
  State,
  SUCCESS,
  WAITING
} from './node';
import { fixed, grouped } from './number';

/** How much of a node's name fits into its box. */
export const NAME_COLUMNS = 20;

/** The part of a running node's box that is done. */
export const DONE = look.done;

/** The states from what is done to what is still to be done. */
export const BY_PROGRESS: readonly State[] = [SUCCESS, FAILED, CANCELLED, RUNNING, WAITING];

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Glyph, word and fill colour of a state. */
export interface ILook {
  glyph: string;
  word: string;
  fill: string;
}

/** How each state looks, by its number. */
export const LOOKS: readonly ILook[] = look.looks;

/** Progress in words: `3 of 7 finished`. */
export function progressText(counts: Counts): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return `${grouped(finishedOf(counts))} of ${grouped(total)} finished`;
}

/** How many of the counted nodes have come to an end. */
export function finishedOf(counts: Counts): number {
  return BY_PROGRESS.filter(finished).reduce((sum: number, state) => sum + counts[state], 0);
}

/** The state in words: `Successful`, or `Successful, kept` if it is that of an earlier run. */
export function stateText(node: Node): string {
  const origin = originOf(node);
  const { word } = LOOKS[node.state];
  return origin ? `${word}, ${origin}` : word;
}

/** The states that occur, in words: `812 successful, 40 running`. */
export function countsText(counts: Counts): string {
  return BY_PROGRESS.filter(state => counts[state])
    .map(state => `${grouped(counts[state])} ${LOOKS[state].word.toLowerCase()}`)
    .join(', ');
}

/** The states that occur, by their glyphs: `✓ 812  ▶ 40`. */
export function glyphsText(counts: Counts): string {
  return BY_PROGRESS.filter(state => counts[state])
    .map(state => `${LOOKS[state].glyph} ${grouped(counts[state])}`)
    .join('  ');
}

/** How far a running process is, from 0 to 1, if its executor says so. */
export function shareOf({ state, progress }: Node): number | null {
  const [number] = (progress ?? '').split(' ', 1);
  if (state !== RUNNING || !DECIMAL.test(number)) {
    return null;
  }
  const share = Number(number);
  return share >= 0 && share <= 1 ? share : null;
}

/** What the executor of a running process says it does, if anything. */
export function saidOf(node: Node): string {
  const progress = node.progress ?? '';
  const blank = progress.indexOf(' ');
  return blank < 0 || shareOf(node) === null ? '' : progress.slice(blank + 1);
}

/**
 * The second line of a drawn node: glyph, word, and how long it ran or which retry it is.
 *
 * Of a running one how far it is, and of one that was kept from an earlier run, that it was.
 */
export function statusText(node: Node): string {
  const { glyph, word } = LOOKS[node.state];
  const text = `${glyph} ${word}`;
  const origin = originOf(node);
  if (origin) {
    return `${text} · ${origin}`;
  }
  if (finished(node.state) && known(node.starttime) && known(node.endtime)) {
    const took = microseconds(node.endtime) - microseconds(node.starttime);
    if (took >= 0) {
      return `${text} · ${durationText(took)}`;
    }
  }
  const share = shareOf(node);
  const reached = share === null ? text : `${text} · ${fixed(100 * share, 0)} %`;
  return node.retries ? `${reached} · retry ${node.retries}` : reached;
}

/** Where the result of a node is from, if it is from another process. */
function originOf(node: Node): string {
  return node.keptfrom ? 'kept' : node.cached ? 'cached' : '';
}
