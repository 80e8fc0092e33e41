/** Credentials: whose a request is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authenticator } from '#src/gateway/runtime/identity/credentials.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import { askedOf, gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const clients = { a: { keys: [{ secret: 'A_OLD' }, { secret: 'A_NEW' }], permissions: ['read'] }, b: { keys: [{ secret: 'B_KEY' }] } };
const tables = tablesOf(gatewayConfig({ auth: { clients } }));
const secretOf = (name: string): string => `key of ${name}`.replaceAll(' ', '-');
const A = { kind: 'client', client: 'a', permissions: ['read'] };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
type Headers = Readonly<Record<string, string | undefined>>;

describe('API keys', () => {
  const authenticate = authenticator(tables, secretOf, {}, null);
  const of = (headers: Headers) => authenticate(askedOf(tables, { headers }));

  test('as a bearer or as X-Api-Key; all keys of a client are its', () => {
    assert.deepEqual(of(bearer('key-of-A_OLD')), A);
    assert.deepEqual(of(bearer('key-of-A_NEW')), A);
    assert.deepEqual(of({ 'x-api-key': 'key-of-A_NEW' }), A);
    assert.deepEqual(of({ authorization: 'bearer   key-of-A_OLD' }), A);
    assert.deepEqual(of({ ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-A_OLD' }), A);
  });
  test('nothing at all is missing, anything else is invalid, and the log says why', () => {
    assert.deepEqual(of({}), { kind: 'missing' });
    const invalid: readonly (readonly [why: string, ...Headers[]])[] = [
      [
        'key-unknown',
        bearer('key-of-A_OL'), bearer('key-of-A_OLDx'), bearer('KEY-OF-A_OLD'), { 'x-api-key': '' }, { 'x-api-key': 'key-of-A_OLD, key-of-A_OLD' },
        { 'x-api-key': '__proto__' }, bearer('a.b.c'),
      ],
      [
        'scheme-unknown',
        bearer(''), { authorization: '' }, { authorization: 'Bearer' }, { authorization: 'key-of-A_OLD' }, { authorization: 'Basic key-of-A_OLD' },
        { authorization: 'Bearer key-of-A_OLD key-of-B_KEY' }, { authorization: 'DPoP key-of-A_OLD' },
      ],
      [
        'credentials-differ',
        { ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-B_KEY' }, { ...bearer('key-of-A_OLD'), 'x-api-key': '' },
        { ...bearer('nonsense'), 'x-api-key': 'key-of-B_KEY' },
      ],
    ];
    for (const [why, ...all] of invalid) for (const headers of all) assert.deepEqual(of(headers), { kind: 'invalid', why }, JSON.stringify(headers));
  });
  test('two clients with one key are told at the start by the names of the secrets', () => {
    assert.throws(() => authenticator(tables, () => 'one key for everybody', {}, null), /secrets A_OLD and A_NEW have the same value/);
  });
});

describe('API keys of the environment', () => {
  const open: Tables = { ...tables, raw: { ...tables.raw, auth: { ...tables.raw.auth, environmentKeys: true } } };
  const KEY = 'sk-0123456789abcdef';
  const of = (env: Readonly<Record<string, string>>, headers: Headers, among: Tables = open) => {
    return authenticator(among, secretOf, env, null)(askedOf(open, { headers }));
  };

  test('are keys of declared clients, with permissions of their own', () => {
    assert.deepEqual(of({ API_KEY_1: `${KEY}:b:read, write` }, bearer(KEY)), { kind: 'client', client: 'b', permissions: ['read', 'write'] });
    assert.deepEqual(of({ API_KEY_12: `${KEY}:b:` }, bearer(KEY)), { kind: 'client', client: 'b', permissions: [] });
    assert.deepEqual(of({ API_KEY_3: `${KEY}:b` }, { 'x-api-key': KEY }), { kind: 'client', client: 'b', permissions: [] });
    assert.deepEqual(of({ API_KEY_1: `${KEY}:b:read` }, bearer('key-of-A_OLD')), A);
  });
  test('are nothing where the config does not ask for them', () => {
    assert.deepEqual(of({ API_KEY_1: `${KEY}:b:read` }, bearer(KEY), tables), { kind: 'invalid', why: 'key-unknown' });
    assert.deepEqual(of({ API_KEY_X: `${KEY}:b:read`, MY_API_KEY_1: `${KEY}:b` }, bearer(KEY)), { kind: 'invalid', why: 'key-unknown' });
  });
  test('each that is wrong is named, and its value is not', () => {
    const env = { API_KEY_1: KEY, API_KEY_2: `short:b:x`, API_KEY_3: `${KEY}x:nobody:read`, API_KEY_4: `${KEY}y:b:read:more`, API_KEY_5: `${KEY}z:b:a b` };
    assert.throws(() => of(env, {}), (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 5);
      for (const [at, line] of lines.entries()) assert.match(line, new RegExp(`API_KEY_${at + 1}\\b`));
      assert.doesNotMatch(error.message, /sk-|short/);
      assert.match(error.message, /it has a, b/);
      return true;
    });
    assert.throws(() => of({ API_KEY_1: `${KEY}:a`, API_KEY_2: `${KEY}:b` }, {}), /secrets API_KEY_1 and API_KEY_2 have the same value/);
  });
});
