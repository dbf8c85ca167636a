import { TranslationBundle } from '@jupyterlab/translation';

import { Documents } from '../server/connection';

type State = Documents['State'];

/** How a state looks: a glyph and a word, so that its colour need not carry it alone. */
export interface ILook {
  glyph: string;
  word: string;
  /** The colour as a value of CSS, which follows the palette of the settings. */
  fill: string;
}

/** All states in the order in which a process goes through them. */
export const STATES: readonly State[] = [0, 1, 2, 3, 4];

/** Whether nothing can follow a state. */
export function isFinal(state: State): boolean {
  return state >= 2;
}

/** How a state looks. */
export function lookOf(state: State, trans: TranslationBundle): ILook {
  switch (state) {
    case 0:
      return { glyph: '○', word: trans.__('Waiting'), fill: 'var(--jp-colonies-waiting)' };
    case 1:
      // The glyph as text where a font would offer an emoji.
      return { glyph: '▶\ufe0e', word: trans.__('Running'), fill: 'var(--jp-colonies-running)' };
    case 2:
      return { glyph: '✓', word: trans.__('Successful'), fill: 'var(--jp-colonies-successful)' };
    case 3:
      return { glyph: '✗', word: trans.__('Failed'), fill: 'var(--jp-colonies-failed)' };
    case 4:
      return { glyph: '⊘', word: trans.__('Cancelled'), fill: 'var(--jp-colonies-cancelled)' };
  }
}

/** How many processes are in each state. */
export function tally(nodes: Iterable<Documents['NodeChange']>): Record<State, number> {
  const counts: Record<State, number> = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 };
  for (const { state } of nodes) {
    counts[state] += 1;
  }
  return counts;
}

/** A moment as the server tells it, in milliseconds since 1970; 0 for never, which is year 1. */
export function milliseconds(moment: string): number {
  return moment.startsWith('0001-') ? 0 : Date.parse(moment);
}
