import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tlsMissing as rule } from '#src/policy/rules/access/tls-missing.js';
import { found, localPlanOf, planOf } from '../../support.js';

const TLS = { at: 'nginx', certificate: '/etc/tls/a.pem', key: '/etc/tls/a.key' } as const;
const published = (address: string) => ({ compose: { publish: { address } } });

test('field-23g a port that compose publishes to the public needs TLS behind it', () => {
  for (const address of ['0.0.0.0', '::', '203.0.113.7', '2001:db8::1']) {
    for (const plan of [planOf, localPlanOf]) assert.deepEqual(found(rule, plan({ targets: published(address) })), ['error targets.compose.publish.address']);
    assert.deepEqual(found(rule, planOf({ gateway: { tls: TLS }, targets: { ...published(address), nginx: {} } })), []);
  }
});

test('loopback and private networks are not public', () => {
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.1.5', 'fd00::1']) assert.deepEqual(found(rule, planOf({ targets: published(address) })), []);
});

test('a public URL without TLS is found, and one on loopback is not', () => {
  assert.deepEqual(found(rule, planOf({ gateway: { url: 'http://mcp.acme.test' } })), ['error gateway.url']);
  assert.deepEqual(found(rule, localPlanOf()), []);
});
