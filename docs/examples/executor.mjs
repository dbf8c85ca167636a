// An executor in Node.js without dependencies, which signs its requests with a key of its own.
//
//     COLONIES_URL=http://127.0.0.1:50080 COLONIES_COLONY_PRVKEY=… node executor.mjs
//
// The colony's owner, whose key is in the environment, registers it under the id of its key; from
// then on it signs for itself. It offers the function `sum`. While the server is away it waits for
// it. SIGTERM lets the running process finish; a second one, or the end of GRACE seconds, gives it
// back.
import { createHash, createECDH, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const env = process.env;
const url = (env.COLONIES_URL ?? 'http://127.0.0.1:50080').replace(/\/+$/, '');
const colony = env.COLONIES_COLONY_NAME ?? 'dev';
const name = env.EXECUTOR_NAME ?? 'node';
const type = env.EXECUTOR_TYPE ?? 'outside';
const grace = Number(env.GRACE ?? 30) * 1000;
const poll = 20; // seconds that the server holds a request for work
const executor = `colonies/${colony}/executors/${name}`;

/** A private key of 64 hexadecimal characters, as the id it has and a function that signs. */
function identity(privateKey) {
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(privateKey, 'hex');
  const whole = curve.getPublicKey();
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'secp256k1',
      d: Buffer.from(privateKey, 'hex').toString('base64url'),
      x: whole.subarray(1, 33).toString('base64url'),
      y: whole.subarray(33).toString('base64url')
    }
  });
  return {
    id: createHash('sha3-256').update(whole.toString('hex')).digest('hex'),
    sign: text => sign('sha3-256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  };
}

/** The headers that prove who sends a request (RFC 9421), and what is in its body (RFC 9530). */
function proof(who, method, target, body) {
  const headers = {};
  const covered = [
    ['@method', method],
    ['@target-uri', target]
  ];
  if (body !== undefined) {
    const digest = createHash('sha256').update(body).digest('base64');
    headers['Content-Type'] = 'application/json';
    headers['Content-Digest'] = `sha-256=:${digest}:`;
    covered.push(['content-digest', headers['Content-Digest']]);
  }
  const names = covered.map(([each]) => `"${each}"`).join(' ');
  const created = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('base64url');
  const input = `(${names});created=${created};keyid="${who.id}";nonce="${nonce}"`;
  const base = covered.map(([each, value]) => `"${each}": ${value}\n`).join('');
  const signature = who.sign(`${base}"@signature-params": ${input}`).toString('base64');
  headers['Signature-Input'] = `colonies=${input}`;
  headers['Signature'] = `colonies=:${signature}:`;
  return headers;
}

class Refused extends Error {
  constructor(status, detail) {
    super(`${status}: ${detail}`);
    this.status = status;
  }
}

const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const say = text => console.error(text);

/** One request and its reply; while the server is away, again, with a new signature. */
async function ask(who, method, path, content, { signal, patient = true } = {}) {
  const target = `${url}/v1/${path}`;
  const body = content === undefined ? undefined : JSON.stringify(content);
  for (let pause = 200; ; pause = Math.min(pause * 2, 10_000)) {
    let trouble;
    try {
      const headers = proof(who, method, target, body);
      const reply = await fetch(target, { method, body, headers, signal });
      const text = await reply.text();
      if (reply.ok) {
        return text ? JSON.parse(text) : null;
      }
      if (![429, 502, 503].includes(reply.status)) {
        throw new Refused(reply.status, text);
      }
      trouble = text;
    } catch (error) {
      if (error instanceof Refused || signal?.aborted) {
        throw error;
      }
      trouble = error.cause?.message ?? error.message;
    }
    if (!patient) {
      throw new Refused(503, trouble);
    }
    say(`trying again: ${trouble}`);
    await sleep(pause);
  }
}

function secret(variable) {
  const file = env[`${variable}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : env[variable];
}

const me = identity(secret('EXECUTOR_PRVKEY') ?? randomBytes(32).toString('hex'));
const owner = identity(secret('COLONIES_COLONY_PRVKEY'));

const leaving = new AbortController(); // ends the wait for work
const givingUp = new AbortController(); // ends what runs
let running = false;
function stop() {
  if (running) {
    say('finishing what runs');
  }
  if (leaving.signal.aborted) {
    givingUp.abort();
  }
  leaving.abort();
  setTimeout(() => givingUp.abort(), grace).unref();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

async function register() {
  const registration = {
    executortype: type,
    executorid: me.id,
    functions: [{ funcname: 'sum', description: 'adds up numbers' }]
  };
  // One of the same name that was killed is still registered.
  await ask(owner, 'DELETE', executor).catch(() => null);
  await ask(owner, 'PUT', executor, registration);
  say(`${name} is ready`);
}

async function sum(path, numbers) {
  let total = 0;
  for (const [index, number] of numbers.entries()) {
    givingUp.signal.throwIfAborted();
    if (typeof number !== 'number') {
      throw new TypeError(`${JSON.stringify(number)} is no number`);
    }
    total += number;
    await ask(me, 'POST', `${path}/log`, { message: `after ${index + 1}: ${total}\n` });
    const progress = `${index + 1}/${numbers.length}`;
    await ask(me, 'PATCH', `${path}/attributes`, { texts: { progress } });
    await sleep(1000 * Number(env.SECONDS_EACH ?? 0));
  }
  return total;
}

async function run(taken) {
  const path = `processes/${taken.processid}`;
  let end = 'success';
  let result;
  try {
    result = { out: [await sum(path, [...taken.spec.args, ...taken.in])] };
  } catch (error) {
    if (error instanceof Refused || givingUp.signal.aborted) {
      say(`${path} is given up: ${error.message}`);
      return;
    }
    [end, result] = ['failure', { errors: [`${error.name}: ${error.message}`] }];
  }
  await ask(me, 'PUT', `${path}/${end}`, result).catch(error => say(`${path}: ${error.message}`));
}

await register();
while (!leaving.signal.aborted) {
  try {
    const work = `${executor}/assignments?wait=${poll}`;
    const taken = await ask(me, 'POST', work, undefined, { signal: leaving.signal });
    if (taken) {
      running = true;
      await run(taken);
      running = false;
    }
  } catch (error) {
    if (error.status === 403) {
      await register(); // somebody has removed it
    } else if (!leaving.signal.aborted) {
      throw error;
    }
  }
}
say('stopping');
await ask(me, 'DELETE', executor, undefined, { patient: false }); // what was still running goes back to the queue
say(`${name} has left`);
