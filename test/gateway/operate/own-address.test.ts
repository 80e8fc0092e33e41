import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownAddress } from '#src/gateway/runtime/operate/own-address.js';

const named = (...addresses: readonly string[]) => () => Promise.resolve(addresses.map((address) => ({ address })));

test('field-23j of a name that replicas share, each listens at its own address', async () => {
  assert.equal(await ownAddress('gateway_admin', named('192.0.2.7', '127.0.0.1', '192.0.2.8')), '127.0.0.1');
});

test('an address, every address, and what nobody knows stay what they are', async () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) assert.equal(await ownAddress(host), host);
  assert.equal(await ownAddress('gateway_admin', named('192.0.2.7')), 'gateway_admin');
  assert.equal(await ownAddress('gateway_admin', () => Promise.reject(new Error('ENOTFOUND'))), 'gateway_admin');
});
