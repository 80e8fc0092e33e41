/** API keys: whose a request is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apiKeys } from '#src/gateway/runtime/identity/credentials.js';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

describe('API keys', () => {
  const clients = { a: { keys: [{ secret: 'A_OLD' }, { secret: 'A_NEW' }], permissions: ['read'] }, b: { keys: [{ secret: 'B_KEY' }] } };
  const tables = tablesOf(gatewayConfig({ auth: { clients } }));
  const authenticate = apiKeys(tables, (name) => `key of ${name}`.replaceAll(' ', '-'));
  const A = { kind: 'client', client: 'a', permissions: ['read'] };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test('as a bearer or as X-Api-Key; all keys of a client are its', () => {
    assert.deepEqual(authenticate(bearer('key-of-A_OLD')), A);
    assert.deepEqual(authenticate(bearer('key-of-A_NEW')), A);
    assert.deepEqual(authenticate({ 'x-api-key': 'key-of-A_NEW' }), A);
    assert.deepEqual(authenticate({ authorization: 'bearer   key-of-A_OLD' }), A);
    assert.deepEqual(authenticate({ ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-A_OLD' }), A);
  });
  test('nothing at all is missing, anything else is invalid', () => {
    assert.deepEqual(authenticate({}), { kind: 'missing' });
    for (const headers of [
      bearer('key-of-A_OL'), bearer('key-of-A_OLDx'), bearer('KEY-OF-A_OLD'), bearer(''), { authorization: '' }, { authorization: 'Bearer' },
      { authorization: 'key-of-A_OLD' }, { authorization: 'Basic key-of-A_OLD' }, { authorization: 'Bearer key-of-A_OLD key-of-B_KEY' }, { 'x-api-key': '' },
      { 'x-api-key': 'key-of-A_OLD, key-of-A_OLD' }, { 'x-api-key': '__proto__' },
      { ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-B_KEY' }, { ...bearer('key-of-A_OLD'), 'x-api-key': '' },
      { ...bearer('nonsense'), 'x-api-key': 'key-of-B_KEY' },
    ]) {
      assert.deepEqual(authenticate(headers), { kind: 'invalid' }, JSON.stringify(headers));
    }
  });
});
