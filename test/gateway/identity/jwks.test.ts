/** Keys of issuers: which are taken, how often they are asked for, and what happens while nobody answers. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJwks, type KeySource } from '#src/gateway/runtime/identity/jwks.js';
import { keyOf } from '#src/gateway/runtime/identity/signature.js';
import { issuerKey } from '../../support/issuer.js';

const [ONE, TWO, THREE] = [issuerKey('ES256', 'one'), issuerKey('ES256', 'two'), issuerKey('ES256', 'three')];
type Told = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string };
const setOf = (...keys: readonly unknown[]): Told => ({ status: 200, headers: {}, text: JSON.stringify({ keys }) });
/** Lets all that is due at once happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** An issuer whose answers a test gives, and a time that only the test moves. */
function stand(answer: () => Promise<Told> = () => Promise.resolve(setOf(ONE.jwk))) {
  let now = 0;
  let asked = 0;
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  const log: string[] = [];
  const at = { answer };
  const clock = {
    now: () => now,
    random: () => 0.5,
    after: (ms: number, work: () => void) => {
      const timer = { at: now + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const fetch = (): Promise<Told> => {
    asked++;
    return at.answer();
  };
  const source: KeySource = createJwks({ issuer: 'i', url: 'https://i/keys', log: (_level, event) => void log.push(event), fetch, clock });
  return {
    source,
    at,
    log,
    timers,
    asked: () => asked,
    has: (kid: string) => source.candidates(kid, 'ES256').length > 0,
    /** As a request whose token names that key. */
    wants: (kid: string, caller = 'a') => source.renew(caller, () => source.candidates(kid, 'ES256').length > 0),
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await settled();
        const next = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.work();
      }
      now = end;
      await settled();
    },
  };
}

describe('keys of an issuer', () => {
  test('are asked for once before anybody needs them, and again before they are old', async () => {
    const { source, asked, has, pass } = stand();
    assert.equal(asked(), 0);
    source.warm();
    source.warm();
    await settled();
    assert.deepEqual([asked(), has('one'), has('two')], [1, true, false]);
    await pass(599_000);
    assert.equal(asked(), 2);
    source.close();
    await pass(3_600_000);
    assert.equal(asked(), 2, 'nobody asks for what nobody needs any more');
  });

  test('are believed for as long as their issuer says, within bounds', async () => {
    for (const [said, every] of [['max-age=300', 240_000], ['public, max-age=1', 48_000], ['max-age=99999999', 2_880_000], ['no-store', 480_000]] as const) {
      const { source, asked, pass } = stand(() => Promise.resolve({ ...setOf(ONE.jwk), headers: { 'cache-control': said } }));
      source.warm();
      await pass(every - 1);
      assert.equal(asked(), 1, said);
      await pass(2);
      assert.equal(asked(), 2, said);
      source.close();
    }
  });

  test('a new one is found by the first token that names it, and all that wait wait for one question', async () => {
    const { source, at, asked, wants, has, pass } = stand();
    source.warm();
    await pass(10_000);
    at.answer = () => Promise.resolve(setOf(ONE.jwk, TWO.jwk));
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => wants('two'))), Array.from({ length: 20 }, () => null));
    assert.deepEqual([asked(), has('one'), has('two')], [2, true, true]);
    source.close();
  });

  test('tokens with invented names cause no storm, and one that is new meanwhile is found all the same', async () => {
    const { source, at, asked, wants, has, pass } = stand();
    source.warm();
    await pass(10_000);
    for (let round = 0; round < 10; round++) {
      const answers = Promise.all(Array.from({ length: 50 }, (_, at) => wants(`invented ${round} ${at}`, `address ${at}`)));
      await pass(1000);
      void answers;
    }
    assert.equal(asked(), 4, 'at the beginning, after 10, 15 and 20 seconds');
    at.answer = () => Promise.resolve(setOf(TWO.jwk));
    const found = wants('two');
    await pass(5000);
    assert.deepEqual([await found, has('two'), has('one')], [null, true, false]);
    source.close();
  });

  test('of those that wait one address has at most half of what the others leave', async () => {
    const { source, wants, pass } = stand();
    source.warm();
    await pass(1000);
    const flood = await Promise.race([Promise.all(Array.from({ length: 300 }, () => wants('invented', 'flood'))), settled().then(() => null)]);
    assert.equal(flood, null, 'the first wait');
    const refused = await wants('invented', 'flood');
    assert.deepEqual([refused?.kind, refused?.why], ['unavailable', 'too many wait for its keys']);
    const other = wants('invented', 'other');
    await pass(5000);
    assert.equal(await other, null);
    source.close();
  });

  test('who waits for the keys of an issuer that a reload takes away is told so, and nothing goes round in circles', async () => {
    const { source, wants, pass } = stand();
    source.warm();
    await pass(10);
    const waits = wants('two');
    source.close();
    await pass(10_000);
    assert.equal((await waits)?.kind, 'unavailable');
    assert.equal((await wants('two'))?.kind, 'unavailable');
  });

  test('its version is another as soon as it says others, and while none count', async () => {
    const { source, at, pass } = stand();
    source.warm();
    await pass(10);
    const first = source.version();
    await pass(599_000);
    assert.equal(source.version(), first, 'the same set once more');
    at.answer = () => Promise.resolve(setOf(TWO.jwk));
    await pass(600_000);
    const second = source.version();
    at.answer = () => Promise.reject(new Error('down'));
    await pass(10 * 3_600_000);
    assert.equal(new Set([first, second, source.version()]).size, 3);
    source.close();
  });

  test('a question that had begun before a key was there is no answer about it', async () => {
    let late = (_told: Told): void => {};
    const { source, at, wants, asked, pass } = stand(() => new Promise((resolve) => (late = resolve)));
    source.warm();
    await settled();
    const found = wants('two');
    await settled();
    await pass(1000);
    at.answer = () => Promise.resolve(setOf(TWO.jwk));
    late(setOf(ONE.jwk));
    await pass(6000);
    assert.deepEqual([await found, asked()], [null, 2]);
    source.close();
  });
});

describe('an issuer that does not answer', () => {
  const down = (): Promise<Told> => Promise.reject(new Error('ECONNREFUSED'));

  test('from the beginning: the first wait, those behind them are told at once, and it is asked ever more seldom', async () => {
    const { source, at, asked, wants, has, log, pass } = stand(down);
    source.warm();
    assert.deepEqual(await wants('one'), { kind: 'unavailable', retryAfter: 5, why: 'ECONNREFUSED' });
    assert.equal((await wants('one'))?.kind, 'unavailable');
    assert.equal(asked(), 1);
    await pass(60_000);
    assert.ok(asked() >= 5 && asked() <= 7, `${asked()}`);
    assert.deepEqual(log, ['issuer-unavailable'], 'said once');
    at.answer = () => Promise.resolve(setOf(ONE.jwk));
    await pass(15_000);
    assert.deepEqual([has('one'), log.at(-1)], [true, 'issuer-keys']);
    source.close();
  });

  test('later: its last keys are used for a bounded time, then none', async () => {
    const { source, at, has, wants, pass } = stand();
    source.warm();
    await pass(1000);
    at.answer = down;
    await pass(3_600_000);
    assert.equal(has('one'), true);
    assert.equal((await wants('two'))?.kind, 'unavailable', 'nobody can say that there is no such key');
    await pass(600_000);
    assert.equal(has('one'), false);
    assert.equal((await wants('one'))?.kind, 'unavailable');
    source.close();
  });

  for (const [name, told] of Object.entries({
    'an error': { ...setOf(ONE.jwk), status: 500 }, 'no JSON': { ...setOf(), text: '<html>' }, 'no set': { ...setOf(), text: '[]' }, 'no keys': setOf(),
    'only secrets': setOf({ kty: 'oct', k: 'AAAA', kid: 'one', alg: 'HS256' }), 'nonsense': setOf(null, 1, 'x', [], {}),
  })) {
    test(`${name} takes no key away`, async () => {
      const { source, at, has, log, pass } = stand();
      source.warm();
      await pass(1000);
      at.answer = () => Promise.resolve(told);
      await pass(1_200_000);
      assert.deepEqual([has('one'), log.at(-1)], [true, 'issuer-unavailable']);
      source.close();
    });
  }
});

describe('keys that are taken', () => {
  const rsa = (bits: number, publicExponent = 65537) =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({ format: 'jwk' });
  const strong = issuerKey('RS256', 'rs').jwk;
  const ed = issuerKey('EdDSA', 'ed').jwk;

  test('by what they are, and for what they are', () => {
    const fits = (jwk: object, ...algorithms: readonly string[]) => {
      const key = keyOf(jwk);
      assert.deepEqual(['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256', 'none', 'constructor'].filter((one) => key?.fits(one)), algorithms);
    };
    const { alg: _alg, ...open } = strong as Record<string, unknown>;
    fits(strong, 'RS256');
    fits(open, 'RS256', 'RS512', 'PS256');
    fits({ ...open, alg: 'PS256' }, 'PS256');
    fits({ ...open, alg: 'ES256' });
    fits({ ...open, alg: 'HS256' });
    fits({ ...open, key_ops: ['verify'] }, 'RS256', 'RS512', 'PS256');
    fits({ ...ONE.jwk, alg: undefined }, 'ES256');
    fits({ ...ed, alg: undefined }, 'EdDSA');
  });

  const REFUSED: Readonly<Record<string, unknown>> = {
    'weak RSA': { ...rsa(1024), kid: 'x' },
    'RSA with an exponent of one': { ...strong, e: 'AQ' },
    'RSA without a modulus': { ...strong, n: undefined },
    'RSA with a modulus that is no text': { ...strong, n: 7 },
    'a key for encryption': { ...strong, use: 'enc' },
    'a key that signs, and does not verify': { ...strong, key_ops: ['sign'] },
    'operations that are no list': { ...strong, key_ops: 'verify' },
    'a secret': { kty: 'oct', k: 'c2VjcmV0', kid: 'x' },
    'a point off its curve': { ...ONE.jwk, y: ONE.jwk.x },
    'a curve that is none': { ...ONE.jwk, crv: 'P-257' },
    'a point of another curve': { ...ONE.jwk, crv: 'P-384' },
    'a kid that is no text': { ...strong, kid: 1 },
    'an algorithm that is no text': { ...strong, alg: ['RS256'] },
    'an Edwards key that is too short': { ...ed, x: 'AAAA' },
    'nothing': null,
  };
  for (const [name, jwk] of Object.entries(REFUSED)) test(`not: ${name}`, () => assert.equal(keyOf(jwk), null));

  test('a private key is read for its public part alone', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal(keyOf(pair.privateKey.export({ format: 'jwk' }))?.fits('ES256'), true);
  });
  test('the third of several is found by its name', async () => {
    const { source } = stand(() => Promise.resolve(setOf(ONE.jwk, TWO.jwk, THREE.jwk)));
    source.warm();
    await settled();
    assert.deepEqual(source.candidates('three', 'ES256').map(({ kid }) => kid), ['three']);
    assert.equal(source.candidates(undefined, 'ES256').length, 3);
    source.close();
  });
});
