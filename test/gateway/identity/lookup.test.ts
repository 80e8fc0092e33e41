/** What the authorization API is asked, what of its answers counts and for how long, and who waits for whom while it is slow. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LookupFact } from '#src/gateway/runtime/decision/facts.js';
import type { AskOptions, Told } from '#src/gateway/runtime/identity/ask.js';
import { createLookup } from '#src/gateway/runtime/identity/lookup.js';

const TABLE = { url: 'https://auth.example.com/tenant', cache: 60_000, header: 'authorization', timeout: 1_000_000 };
const WHO = { tenant: '', caller: '192.0.2.1' };

interface Asked {
  readonly options: AskOptions;
  readonly answer: (status: number, body: unknown) => void;
  readonly fail: (why: string) => void;
}

function api(table = TABLE) {
  const asked: Asked[] = [];
  const clock = { now: 0 };
  const ask = (_url: string, options: AskOptions): Promise<Told> =>
    new Promise((resolve, reject) => {
      const answer = (status: number, body: unknown): void => resolve({ status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) });
      asked.push({ options, answer, fail: (why) => reject(new Error(why)) });
    });
  return { lookup: createLookup(table, { ask, now: () => clock.now }), asked, clock };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const lastOf = (asked: readonly Asked[]): Asked => asked.at(-1) ?? assert.fail('nobody was asked');

describe('the authorization API', () => {
  test('is asked once for all that come at once, and not again while its answer counts', async () => {
    const { lookup, asked, clock } = api();
    const both = [lookup.find('token-1', WHO), lookup.find('token-1', { tenant: '', caller: '192.0.2.2' })];
    await turn();
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]?.options.headers, { authorization: 'Bearer token-1' });
    asked[0]?.answer(200, { tenant: 'acme', subject: 'ann', permissions: ['read'] });
    const [one, other] = await Promise.all(both);
    assert.deepEqual(one, { kind: 'tenant', tenant: 'acme', subject: 'ann', permissions: ['read'], until: Infinity });
    assert.equal(other, one);
    clock.now = 59_999;
    assert.equal(lookup.find('token-1', WHO), one, 'known at once, without a promise');
    clock.now = 60_000;
    assert.ok(lookup.find('token-1', WHO) instanceof Promise);
  });

  test('may say that its answer counts for less', async () => {
    const { lookup, asked, clock } = api();
    const finding = lookup.find('t', WHO);
    await turn();
    lastOf(asked).answer(200, { tenant: 'acme', expiresIn: 2 });
    assert.equal((await finding).kind, 'tenant');
    clock.now = 1999;
    assert.ok(!(lookup.find('t', WHO) instanceof Promise));
    clock.now = 2000;
    assert.ok(lookup.find('t', WHO) instanceof Promise);
  });

  for (const status of [401, 403, 404]) {
    test(`says no with ${status}, which counts for five seconds at most`, async () => {
      const { lookup, asked, clock } = api();
      const finding = lookup.find('t', WHO);
      await turn();
      lastOf(asked).answer(status, '');
      assert.deepEqual(await finding, { kind: 'none' });
      clock.now = 4999;
      assert.deepEqual(lookup.find('t', WHO), { kind: 'none' });
      clock.now = 5000;
      assert.ok(lookup.find('t', WHO) instanceof Promise);
    });
  }

  const LIES: readonly unknown[] = [
    'no JSON', '[]', 'null', {}, { tenant: 7 }, { tenant: '' }, { tenant: null }, { tenant: ['acme'] }, { tenant: 'a\nb' }, { tenant: 'x'.repeat(257) },
    { tenant: 'acme', subject: 1 }, { tenant: 'acme', subject: 'a\u0000' }, { tenant: 'acme', permissions: 'all' }, { tenant: 'acme', permissions: [1] },
    { tenant: 'acme', permissions: Array.from({ length: 201 }, () => 'p') }, { tenant: 'acme', expiresIn: -1 }, { tenant: 'acme', expiresIn: '60' },
  ];
  test('lets nobody in by an answer that is not exactly meant, and that is kept for a second only', async () => {
    const { lookup, asked, clock } = api();
    for (const [index, lie] of LIES.entries()) {
      const finding = lookup.find(`t${index}`, WHO);
      await turn();
      lastOf(asked).answer(200, lie);
      assert.equal((await finding).kind, 'unavailable', JSON.stringify(lie));
    }
    clock.now = 999;
    assert.deepEqual((lookup.find('t0', WHO) as LookupFact).kind, 'unavailable');
    clock.now = 1000;
    assert.ok(lookup.find('t0', WHO) instanceof Promise);
  });

  test('that is down lets nobody in who was let in before, as soon as that does not count any more', async () => {
    const { lookup, asked, clock } = api();
    const first = lookup.find('t', WHO);
    await turn();
    lastOf(asked).answer(200, { tenant: 'acme' });
    await first;
    clock.now = 60_000;
    const again = lookup.find('t', WHO);
    await turn();
    lastOf(asked).fail('auth.example.com: connect ECONNREFUSED');
    assert.deepEqual(await again, { kind: 'unavailable', retryAfter: 1, why: 'auth.example.com: connect ECONNREFUSED' });
  });

  test('is not asked about what no header can carry', () => {
    const { lookup, asked } = api();
    for (const credential of ['a\r\nx: y', 'é', 'x'.repeat(16_385), '']) assert.deepEqual(lookup.find(credential, WHO), { kind: 'none' });
    assert.equal(asked.length, 0);
  });

  test('is sent the credential as it is in a header of another name', async () => {
    const { lookup, asked } = api({ ...TABLE, header: 'x-credential' });
    void lookup.find('abc', WHO);
    await turn();
    assert.deepEqual(lastOf(asked).options.headers, { 'x-credential': 'abc' });
  });

  test('A reload keeps what it said, for the time that counts now, and forgets what another API said', async () => {
    const { lookup, asked, clock } = api();
    const finding = lookup.find('t', WHO);
    await turn();
    lastOf(asked).answer(200, { tenant: 'acme' });
    await finding;
    const shorter = lookup.renewed({ ...TABLE, cache: 5000 });
    clock.now = 4000;
    assert.ok(!(shorter.find('t', WHO) instanceof Promise));
    clock.now = 6000;
    assert.ok(shorter.find('t', WHO) instanceof Promise);
    assert.ok(lookup.renewed({ ...TABLE, url: 'https://other.example.com' }).find('t', WHO) instanceof Promise);
  });
});

describe('while the authorization API is slow', () => {
  test('unknown callers leave places to a tenant that is known, and each of them leaves some to the others', async () => {
    const { lookup, asked, clock } = api();
    const known = lookup.find('known', { tenant: '', caller: '198.51.100.1' });
    await turn();
    lastOf(asked).answer(200, { tenant: 'acme' });
    await known;
    clock.now = 60_000;
    // One guesser asks with hundreds of credentials, none of which is answered.
    for (let i = 0; i < 600; i++) void lookup.find(`guess-${i}`, WHO);
    await turn();
    const before = asked.length;
    assert.ok(before < 20, `${before} questions are under way`);
    void lookup.find('guess-of-another', { tenant: '', caller: '192.0.2.9' });
    void lookup.find('known', { tenant: '', caller: '198.51.100.1' });
    await turn();
    assert.deepEqual(asked.slice(before).map(({ options }) => options.headers?.['authorization']), ['Bearer guess-of-another', 'Bearer known']);
  });

  test('who finds no place to wait is told so at once, and waiting ends when somebody is answered', async () => {
    const { lookup, asked } = api();
    const found = Array.from({ length: 600 }, (_, i) => Promise.resolve(lookup.find(`guess-${i}`, WHO)));
    await turn();
    const refused = await Promise.race([found[599] ?? assert.fail(), turn().then(() => null)]);
    assert.deepEqual(refused, { kind: 'unavailable', retryAfter: 1, why: 'too many questions to it wait for an answer' });
    const underWay = asked.length;
    asked[0]?.answer(404, '');
    await turn();
    await turn();
    assert.equal(asked.length, underWay + 1);
  });

  test('answers are kept within bounds, and a flood of guesses pushes out no tenant', async () => {
    const { lookup, asked } = api();
    const found = lookup.find('known', { tenant: '', caller: '198.51.100.1' });
    await turn();
    lastOf(asked).answer(200, { tenant: 'acme' });
    await found;
    for (let i = 0; i < 25_000; i++) {
      const finding = lookup.find(`guess-${i}`, { tenant: '', caller: `caller-${i % 50}` });
      await turn();
      lastOf(asked).answer(404, '');
      await finding;
    }
    assert.ok(!(lookup.find('known', WHO) instanceof Promise));
  });
});
