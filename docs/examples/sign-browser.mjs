// Signing in a browser, whose own cryptography knows neither this curve nor this hash.
//
// `headers(key, method, url, body)` gives the headers for `fetch`; the body is a Uint8Array. The
// arithmetic below takes times that depend on the key. Where others can measure them, use a library
// such as @noble/curves; in a page of Jupyter the user's cookie does without any of it.
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n
];

const mod = (a, m = P) => ((a % m) + m) % m;

function inverse(a, m) {
  let [r, s, x, y] = [mod(a, m), m, 1n, 0n];
  while (r > 1n) {
    const q = s / r;
    [r, s, x, y] = [s - q * r, r, y - q * x, x];
  }
  return mod(x, m);
}

function add(a, b) {
  if (!a || !b) {
    return a ?? b;
  }
  if (a[0] === b[0] && a[1] !== b[1]) {
    return null;
  }
  const slope =
    a[0] === b[0]
      ? mod(3n * a[0] * a[0] * inverse(2n * a[1], P))
      : mod((b[1] - a[1]) * inverse(b[0] - a[0], P));
  const x = mod(slope * slope - a[0] - b[0]);
  return [x, mod(slope * (a[0] - x) - a[1])];
}

function times(k, point) {
  let sum = null;
  for (let left = k, each = point; left > 0n; left >>= 1n, each = add(each, each)) {
    sum = left & 1n ? add(sum, each) : sum;
  }
  return sum;
}

const WORD = 2n ** 64n - 1n;
const turn = (word, by) => (by ? ((word << by) | (word >> (64n - by))) & WORD : word);

/** SHA3-256 of bytes (FIPS 202). */
export function sha3(bytes) {
  const rate = 136;
  const padded = new Uint8Array((Math.floor(bytes.length / rate) + 1) * rate);
  padded.set(bytes);
  padded[bytes.length] ^= 0x06;
  padded[padded.length - 1] ^= 0x80;
  const view = new DataView(padded.buffer);
  const state = new Array(25).fill(0n);
  for (let start = 0; start < padded.length; start += rate) {
    for (let lane = 0; lane < rate / 8; lane++) {
      state[lane] ^= view.getBigUint64(start + 8 * lane, true);
    }
    permute(state);
  }
  const out = new DataView(new ArrayBuffer(32));
  state.slice(0, 4).forEach((lane, index) => out.setBigUint64(8 * index, lane, true));
  return new Uint8Array(out.buffer);
}

function permute(a) {
  let register = 1;
  for (let round = 0; round < 24; round++) {
    const sums = [0, 1, 2, 3, 4].map(x => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]);
    for (let i = 0; i < 25; i++) {
      a[i] ^= sums[(i + 4) % 5] ^ turn(sums[(i + 1) % 5], 1n);
    }
    let [x, y, moving] = [1, 0, a[1]];
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const by = BigInt((((t + 1) * (t + 2)) / 2) % 64);
      [moving, a[x + 5 * y]] = [a[x + 5 * y], turn(moving, by)];
    }
    for (let row = 0; row < 25; row += 5) {
      const old = a.slice(row, row + 5);
      for (let i = 0; i < 5; i++) {
        a[row + i] = old[i] ^ (~old[(i + 1) % 5] & WORD & old[(i + 2) % 5]);
      }
    }
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) {
        a[0] ^= 1n << BigInt(2 ** bit - 1);
      }
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
  }
}

const hex = bytes => Array.from(bytes, each => each.toString(16).padStart(2, '0')).join('');
const bytesOf = number => Uint8Array.from(number.match(/../g), each => parseInt(each, 16));
const base64 = bytes => btoa(String.fromCharCode(...bytes));
const wide = number => number.toString(16).padStart(64, '0');
const utf8 = text => new TextEncoder().encode(text);
const random = size => crypto.getRandomValues(new Uint8Array(size));

/** The 64 bytes of a signature over a text. */
function sign(text, key) {
  const digest = BigInt(`0x${hex(sha3(utf8(text)))}`);
  for (;;) {
    const k = BigInt(`0x${hex(random(32))}`);
    if (k > 0n && k < N) {
      const r = mod(times(k, G)[0], N);
      const s = mod(inverse(k, N) * (digest + r * key), N);
      if (r && s) {
        return bytesOf(wide(r) + wide(s));
      }
    }
  }
}

/** The headers of a request; `url` is the one that is asked, its query included. */
export async function headers(privateKey, method, url, body) {
  const key = BigInt(`0x${privateKey}`);
  const [x, y] = times(key, G);
  const keyid = hex(sha3(utf8(`04${wide(x)}${wide(y)}`)));
  const covered = { '@method': method, '@target-uri': url };
  const found = {};
  if (body?.length) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
    found['Content-Digest'] = covered['content-digest'] = `sha-256=:${base64(digest)}:`;
  }
  const names = Object.keys(covered).map(name => `"${name}"`);
  const created = Math.floor(Date.now() / 1000);
  const signed = `(${names.join(' ')});created=${created};keyid="${keyid}";nonce="${hex(random(16))}"`;
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${signed}`].join('\n');
  found['Signature-Input'] = `colonies=${signed}`;
  found['Signature'] = `colonies=:${base64(sign(base, key))}:`;
  return found;
}
