// Print the headers that sign a request: `node sign.mjs METHOD URL [FILE WITH THE BODY]`.
//
// The private key, 64 hexadecimal characters, is in the file that COLONIES_PRVKEY_FILE names. It
// needs Node.js alone.
import { createECDH, createHash, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The headers of a request; `url` is the one that is asked, its query included. */
export function headers(privateKey, method, url, body) {
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(privateKey, 'hex');
  const whole = curve.getPublicKey();
  const keyid = createHash('sha3-256').update(whole.toString('hex')).digest('hex');
  const text = part => part.toString('base64url');
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'secp256k1',
      d: text(Buffer.from(privateKey, 'hex')),
      x: text(whole.subarray(1, 33)),
      y: text(whole.subarray(33))
    }
  });
  const covered = { '@method': method, '@target-uri': url };
  const found = {};
  if (body?.length) {
    const digest = createHash('sha256').update(body).digest('base64');
    found['Content-Digest'] = covered['content-digest'] = `sha-256=:${digest}:`;
  }
  const names = Object.keys(covered).map(name => `"${name}"`);
  const created = Math.floor(Date.now() / 1000);
  const nonce = text(randomBytes(16));
  const signed = `(${names.join(' ')});created=${created};keyid="${keyid}";nonce="${nonce}"`;
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${signed}`].join('\n');
  const signature = sign('sha3-256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' });
  found['Signature-Input'] = `colonies=${signed}`;
  found['Signature'] = `colonies=:${signature.toString('base64')}:`;
  return found;
}

const [method, url, file] = process.argv.slice(2);
const key = readFileSync(process.env.COLONIES_PRVKEY_FILE, 'utf8').trim();
for (const pair of Object.entries(headers(key, method, url, file && readFileSync(file)))) {
  console.log(pair.join(': '));
}
