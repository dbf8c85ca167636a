/** The round constants of SHA-256: fractions of the cube roots of the first 64 primes. */
const ROUNDS = new Uint32Array(64);
/** Its initial state: fractions of the square roots of the first 8. */
const START = new Uint32Array(8);

for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) {
    prime = prime && candidate % divisor !== 0;
  }
  if (prime) {
    if (found < 8) {
      START[found] = fraction(Math.sqrt(candidate));
    }
    ROUNDS[found] = fraction(Math.cbrt(candidate));
    found += 1;
  }
}

/**
 * The digest of a text as an executor registers that of its cell: SHA-256 of its UTF-8 without the
 * white space at its ends, in hexadecimal digits.
 *
 * The browser's own can't be used: it is missing in pages that come over plain HTTP.
 */
export function digest(text: string): string {
  const data = padded(new TextEncoder().encode(trimmed(text)));
  const state = Uint32Array.from(START);
  for (let offset = 0; offset < data.byteLength; offset += 64) {
    mix(state, data, offset);
  }
  return [...state].map(word => word.toString(16).padStart(8, '0')).join('');
}

/** What Python takes for white space goes, and nothing else. */
function trimmed(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, found =>
    found.replace(/[^\ufeff]/g, '')
  );
}

function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32);
}

function padded(bytes: Uint8Array): DataView {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, bytes.length * 8);
  return view;
}

function mix(state: Uint32Array, data: DataView, offset: number): void {
  const words = new Uint32Array(64);
  for (let index = 0; index < 64; index += 1) {
    words[index] =
      index < 16
        ? data.getUint32(offset + index * 4)
        : words[index - 16] +
          (turned(words[index - 15], 7) ^
            turned(words[index - 15], 18) ^
            (words[index - 15] >>> 3)) +
          words[index - 7] +
          (turned(words[index - 2], 17) ^ turned(words[index - 2], 19) ^ (words[index - 2] >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let index = 0; index < 64; index += 1) {
    const first =
      h +
      (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
      ((e & f) ^ (~e & g)) +
      ROUNDS[index] +
      words[index];
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) >>> 0, c, b, a, (first + second) >>> 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] += value;
  });
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
