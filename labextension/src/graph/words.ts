import columns from './columns.json';

/** What Python's `str.strip` takes away. */
const BLANK =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const AROUND = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g');
const BEHIND = new RegExp(`[${BLANK}]+$`);

/** Control and format characters (which reverse text), surrogates, unassigned code points. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * The text on one line of at most so many columns, with an ellipsis if it had to be cut.
 *
 * A wide (East Asian) character takes two columns; control characters become visible blanks.
 */
export function short(text: string, room: number): string {
  const line = text.replace(AROUND, '').replace(UNPRINTABLE, '\ufffd');
  let kept = '';
  let cut = '';
  let width = 0;
  for (const char of line) {
    width += columnsOf(char.codePointAt(0) ?? 0);
    if (width <= room - 1) {
      cut += char;
    }
    kept += char;
    if (width > room) {
      return cut.replace(BEHIND, '') + '…';
    }
  }
  return kept;
}

function columnsOf(point: number): number {
  if (point < 0x300) {
    return 1;
  }
  return within(columns.none, point) ? 0 : within(columns.two, point) ? 2 : 1;
}

/** Whether a code point is in one of the ranges, whose first and last ones are listed in order. */
function within(ranges: readonly number[], point: number): boolean {
  let [low, high] = [0, ranges.length / 2];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (point < ranges[2 * middle]) {
      high = middle;
    } else if (point > ranges[2 * middle + 1]) {
      low = middle + 1;
    } else {
      return true;
    }
  }
  return false;
}
