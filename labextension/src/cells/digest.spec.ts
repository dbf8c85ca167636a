import { createHash } from 'crypto';
import { TextEncoder } from 'util';

import { digest } from './digest';

Object.assign(globalThis, { TextEncoder });

/** What Node's own library makes of a text. */
function expected(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('digest', () => {
  it('is the SHA-256 of the text, whatever its length', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
      const text = 'aé☃𝄞'
        .repeat(length)
        .slice(0, length)
        .replace(/[\ud800-\udfff]/g, 'x');
      expect(digest(text)).toBe(expected(text));
    }
  });

  it('passes over the white space at the ends, as Python knows it', () => {
    expect(digest('\n \x1f%%colonies executor e\nx \t\x85\n')).toBe(
      expected('%%colonies executor e\nx')
    );
    expect(digest('\ufeffx')).toBe(expected('\ufeffx'));
  });
});
