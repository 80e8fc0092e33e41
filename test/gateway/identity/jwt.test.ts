/** Tokens of issuers that are accepted, and what is taken from them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretTokenOf } from '../../support/issuer.js';
import type { Json } from '../../support/planned.js';
import { ALGORITHMS, BY_SECRET, CLAIMS, ES, good, ISSUER, judged, KEYS, NOW, SECRET, TOKENS, whyNot } from './token-stand.js';

describe('tokens that are accepted', () => {
  for (const algorithm of ALGORITHMS) {
    test(algorithm, async () => {
      const principal = await judged(TOKENS, good({}, {}, KEYS[algorithm]));
      const of = { kind: 'token', issuer: ISSUER, subject: 'ann', client: null };
      assert.deepEqual(principal, { ...of, audiences: ['gateway'], permissions: [], claims: { iss: ISSUER }, expiresAt: (NOW + 630) * 1000 });
    });
  }

  test('HS256, by the secret of its issuer', async () => {
    const principal = await judged(TOKENS, secretTokenOf(SECRET, { ...CLAIMS, iss: BY_SECRET }));
    assert.equal(principal.kind === 'token' && principal.issuer, BY_SECRET);
  });
  test('without kid and without typ, by any fitting key; with the types of access tokens', async () => {
    for (const header of [{ kid: undefined }, { typ: undefined }, { typ: 'JWT' }, { typ: 'application/at+jwt' }, { typ: 'AT+JWT' }]) {
      assert.equal(await whyNot(good({}, header)), 'token', JSON.stringify(header));
      assert.equal(await whyNot(good({}, header, ES)), 'token', JSON.stringify(header));
    }
  });
  test('within leeway, at either end', async () => {
    for (const claims of [{ exp: NOW - 29 }, { nbf: NOW + 30 }, { iat: NOW + 30 }, { exp: NOW + 0.5 }]) {
      assert.equal(await whyNot(good(claims)), 'token', JSON.stringify(claims));
    }
  });
  test('with a list of audiences, of which one is ours', async () => {
    for (const aud of [['gateway'], ['x', 'https://gw.example.com'], ['gateway', 'gateway']]) assert.equal(await whyNot(good({ aud })), 'token');
  });
  test('permissions come from scope, scp, permissions and roles, each once', async () => {
    const principal = await judged(TOKENS, good({ scope: 'a b  a', scp: ['c', 'd e'], permissions: ['f', 7, 'a'], roles: ['g'] }));
    assert.deepEqual(principal.kind === 'token' && principal.permissions, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    const text = await judged(TOKENS, good({ scope: ['a'], scp: 'b c' }));
    assert.deepEqual(text.kind === 'token' && text.permissions, ['a', 'b', 'c']);
  });
  test('the client is azp, client_id or appid', async () => {
    const clientOf = async (claims: Json) => {
      const principal = await judged(TOKENS, good(claims));
      return principal.kind === 'token' ? principal.client : principal;
    };
    assert.equal(await clientOf({ azp: 'one', client_id: 'two' }), 'one');
    assert.equal(await clientOf({ client_id: 'two', appid: 'three' }), 'two');
    assert.equal(await clientOf({ appid: 'three' }), 'three');
    assert.equal(await clientOf({ azp: 'a\nb', client_id: 7 }), null);
  });
  test('of its claims only those are kept that the config reads, and that have a value to compare', async () => {
    const principal = await judged(TOKENS, good({ org: 'acme', groups: ['a', 'b'], level: 3, deep: { a: 1 }, email: 'ann@example.com' }));
    assert.deepEqual(principal.kind === 'token' && principal.claims, { org: 'acme', groups: ['a', 'b'], level: 3, iss: ISSUER });
  });
});

