/** What is kept of tokens: that a repeated one costs little, and that nobody keeps another's out. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createKept } from '#src/gateway/runtime/identity/kept-tokens.js';
import type { Bearer } from '#src/gateway/runtime/decision/facts.js';
import { askedOf, type HeadOptions } from '../../support/gateway-tables.js';
import { issuerKey, secretTokenOf, tokenOf } from '../../support/issuer.js';
import { withSeeds } from '../../support/random.js';
import { BY_SECRET, CLAIMS, good, hasty, ISSUER, issuer, judged, KEYS, NOW, PUBLISHED, RS, SECRET, TABLES, tablesWith, tokensOf } from './token-stand.js';
import { createTokens } from '#src/gateway/runtime/identity/tokens.js';

const MINUTE = 60_000;
const resource = issuer({ audiences: null });

describe('a token that comes again', () => {
  test('is the same principal at once, without a look at its signature, until it ends', async () => {
    let now = NOW * 1000;
    const tokens = tokensOf(TABLES, PUBLISHED, { now: () => now });
    const first = await tokens.judge(good(), 'tag', askedOf(TABLES));
    // What stands for the token is enough: the text is not read again.
    assert.equal(tokens.judge('nonsense', 'tag', askedOf(TABLES)), first);
    now += 10 * MINUTE + 29_999;
    assert.equal(tokens.judge('nonsense', 'tag', askedOf(TABLES)), first);
    now += 1;
    assert.deepEqual(tokens.judge(good(), 'tag', askedOf(TABLES)), { kind: 'invalid', why: 'token-expired' });
  });
  test('is judged by its audience each time: another route is another resource', async () => {
    const tables = tablesWith({ issuers: [resource] });
    const tokens = tokensOf(tables);
    const at = (target: string, more: HeadOptions = {}) => ({ ...askedOf(tables, { target, ...more }) });
    const one = good({ aud: 'https://gw.example.com/mcp/search' });
    assert.equal((await tokens.judge(one, 'tag', at('/mcp/search'))).kind, 'token');
    assert.deepEqual(tokens.judge(one, 'tag', at('/mcp/other')), { kind: 'invalid', why: 'token-audience' });
    assert.deepEqual(tokens.judge(one, 'tag', { ...at('/mcp/search'), pathTenant: 'acme' }), { kind: 'invalid', why: 'token-audience' });
  });
  test('the default audience is the URL of the route as it was called, with or without a slash behind it, whatever Host says', async () => {
    const tables = tablesWith({ issuers: [resource] });
    const of = async (aud: unknown, pathTenant: string | null = null) => {
      const headers = { host: 'evil.example.com', 'x-forwarded-host': 'evil.example.com' };
      return (await tokensOf(tables).judge(good({ aud }), 'tag', { ...askedOf(tables, { headers }), pathTenant })).kind;
    };
    assert.equal(await of('https://gw.example.com/mcp/search'), 'token');
    assert.equal(await of('https://gw.example.com/mcp/search/'), 'token');
    assert.equal(await of(['https://gw.example.com/t/acme/mcp/search'], 'acme'), 'token');
    const near = ['https://gw.example.com', 'https://gw.example.com/mcp', 'https://gw.example.com/mcp/search//'];
    const others = ['https://evil.example.com/mcp/search', ...near, 'gateway'];
    for (const aud of others) assert.equal(await of(aud), 'invalid', aud);
    assert.equal(await of('https://gw.example.com/mcp/search', 'acme'), 'invalid');
  });
  test('and is bad is not verified again, for a while', async () => {
    let now = NOW * 1000;
    const tokens = tokensOf(TABLES, PUBLISHED, { now: () => now });
    const bad = `${good().slice(0, -8)}AAAAAAAA`;
    assert.deepEqual(await tokens.judge(bad, 'tag', askedOf(TABLES)), { kind: 'invalid', why: 'token-signature' });
    assert.deepEqual(tokens.judge(good(), 'tag', askedOf(TABLES)), { kind: 'invalid', why: 'token-signature' });
    now += 10_000;
    assert.equal((await tokens.judge(good(), 'tag', askedOf(TABLES))).kind, 'token');
  });
  test('maxAge ends it, and wants an iat', async () => {
    const tokens = tokensOf(tablesWith({ issuers: [issuer({ maxAge: 5 * MINUTE })] }));
    const principal = await judged(tokens, good({ iat: NOW - 60 }));
    assert.equal(principal.kind === 'token' && principal.expiresAt, (NOW - 60 + 300 + 30) * 1000);
    for (const claims of [{}, { iat: NOW - 331 }]) assert.deepEqual(await judged(tokens, good(claims)), { kind: 'invalid', why: 'token-too-old' });
  });
  test('one that is bound to a key is accepted where somebody checks that', async () => {
    const asked: unknown[] = [];
    const confirm = (confirmation: unknown): boolean => asked.push(confirmation) > 0;
    assert.equal((await judged(tokensOf(TABLES, PUBLISHED, { confirm }), good({ cnf: { jkt: 'abc' } }))).kind, 'token');
    assert.deepEqual(asked, [{ jkt: 'abc' }]);
  });
});

describe('a reload', () => {
  test('goes on with the keys of issuers that stay as they are, and lets go of the others', async () => {
    let asked = 0;
    const fetch = (url: string) => Promise.resolve({ status: 200, headers: {}, text: JSON.stringify({ keys: PUBLISHED[url] }), at: asked++ });
    const options = { log: () => {}, fetch, clock: hasty(), now: () => NOW * 1000 };
    const before = createTokens(TABLES, () => SECRET, null, options);
    const ann = (await judged(before, good())) as Bearer;
    assert.equal(asked, 1);
    const after = createTokens(tablesWith({ issuers: [issuer({})] }), () => SECRET, before, options);
    before.close(after);
    const source = before.sources.get(ISSUER);
    assert.equal(after.recognises(ann, askedOf(TABLES), source), true);
    assert.equal((await judged(after, good())).kind, 'token');
    assert.equal(asked, 1, 'its keys were there');
    const narrow = createTokens(tablesWith({ issuers: [issuer({ audiences: ['else'] })] }), () => SECRET, after, options);
    assert.equal(narrow.recognises(ann, askedOf(TABLES), source), false);
    const moved = createTokens(tablesWith({ issuers: [issuer({ keys: { kind: 'jwks', url: 'https://else/keys' } })] }), () => SECRET, after, options);
    assert.equal(moved.recognises(ann, askedOf(TABLES), source), false);
    assert.equal(createTokens(tablesWith({ issuers: [] }), () => SECRET, after, options).recognises(ann, askedOf(TABLES), source), false);
  });
  test('with another secret of HS256 takes the tokens of the old one', async () => {
    const before = tokensOf();
    const token = secretTokenOf(SECRET, { ...CLAIMS, iss: BY_SECRET });
    const ann = (await judged(before, token)) as Bearer;
    const options = { log: () => {}, now: () => NOW * 1000, clock: hasty() };
    const same = createTokens(TABLES, () => SECRET, before, options);
    assert.equal(same.recognises(ann, askedOf(TABLES), before.sources.get(BY_SECRET)), true);
    const rotated = createTokens(TABLES, () => `${SECRET} of today`, before, options);
    assert.equal(rotated.recognises(ann, askedOf(TABLES), before.sources.get(BY_SECRET)), false);
    assert.deepEqual(await judged(rotated, token), { kind: 'invalid', why: 'token-signature' });
  });
});

describe('what is kept', () => {
  const bearer = (issuer: string, subject: string): Bearer => ({
    kind: 'token', issuer, subject, client: null, audiences: [], permissions: [], claims: {}, expiresAt: Infinity,
  });
  test('tokens of one issuer never push out those of another', () => {
    const kept = createKept(['a', 'b'], () => 1);
    kept.accept('mine', bearer('b', 'ann'), 1000);
    for (let at = 0; at < 20_000; at++) kept.accept(`flood ${at}`, bearer('a', `${at}`), 16_000);
    assert.equal(kept.get('mine', 0) === null, false);
    assert.equal(kept.get('flood 0', 0), null);
    assert.equal(kept.get('flood 19999', 0) === null, false);
  });
  test('of one issuer those that are used stay', () => {
    const kept = createKept(['a'], () => 1);
    kept.accept('used', bearer('a', 'ann'), 1000);
    for (let at = 0; at < 20_000; at++) {
      kept.accept(`flood ${at}`, bearer('a', `${at}`), 1000);
      if (at % 1000 === 0) assert.notEqual(kept.get('used', 0), null);
    }
  });
  test('bad ones push out no good one, and are forgotten', () => {
    const kept = createKept(['a'], () => 1);
    kept.accept('good', bearer('a', 'ann'), 1000);
    for (let at = 0; at < 20_000; at++) kept.refuse(`bad ${at}`, 'token-signature', 0);
    assert.notEqual(kept.get('good', 0), null);
    assert.equal(kept.get('bad 0', 0), null);
    assert.equal(kept.get('bad 19999', 0), 'token-signature');
    assert.equal(kept.get('bad 19999', 10_000), null);
  });
});

describe('a key that its issuer has withdrawn', () => {
  test('is good for no token any more, also for one that has been accepted', async () => {
    const [old, next] = [issuerKey('ES256', 'old'), issuerKey('ES256', 'next')];
    const published = { [`${ISSUER}/keys`]: [old.jwk, next.jwk] };
    const tokens = tokensOf(TABLES, published);
    const token = good({ exp: NOW + 1e6 }, {}, old);
    const other = good({ exp: NOW + 1e6 }, {}, next);
    for (const [one, tag] of [[token, 'old'], [other, 'next']] as const) assert.equal((await tokens.judge(one, tag, askedOf(TABLES))).kind, 'token');
    published[`${ISSUER}/keys`] = [next.jwk];
    // The issuer is asked again, for whatever reason.
    await tokens.judge(good({}, { kid: 'third' }), 'third', askedOf(TABLES));
    assert.deepEqual(await tokens.judge(token, 'old', askedOf(TABLES)), { kind: 'invalid', why: 'token-key' });
    assert.equal((await tokens.judge(other, 'next', askedOf(TABLES))).kind, 'token');
  });
});

describe('random tokens', () => {
  const others = issuerKey('RS256', 'RS256');
  test('a changed character is a bad token, whatever it is, and nothing throws', async () => {
    const tokens = tokensOf();
    const pending: Promise<void>[] = [];
    withSeeds(300, (random) => {
      const key = random.pick([RS, KEYS.ES256, KEYS.EdDSA, KEYS.PS384]);
      const text = tokenOf(key, { ...CLAIMS, n: random.next(), aud: random.pick(['gateway', ['gateway', 'x']]) });
      const at = random.below(text.length);
      const changed = text.slice(0, at) + String.fromCharCode(32 + random.below(95)) + text.slice(at + 1);
      const cut = random.chance(0.2) ? changed.slice(0, random.below(changed.length)) : changed;
      const forged = random.chance(0.1) ? tokenOf(others, { ...CLAIMS, n: random.next() }) : cut;
      pending.push(judged(tokens, forged).then((principal) => assert.equal(principal.kind === 'token', forged === text, `seed ${random.seed}: ${forged}`)));
    });
    await Promise.all(pending);
  });
  test('noise is a bad token', () => {
    const tokens = tokensOf();
    withSeeds(300, (random) => {
      const part = (): string => random.bytes(random.below(60)).toString('base64url');
      const text = Array.from({ length: 1 + random.below(4) }, part).join('.');
      const principal = tokens.judge(text, `${random.seed}`, askedOf(TABLES));
      assert.equal(principal instanceof Promise ? 'waits' : principal.kind, 'invalid', `seed ${random.seed}: ${text}`);
    });
  });
});
