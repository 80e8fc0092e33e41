import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeBlockedByHostCheck as rule } from '#src/policy/rules/traffic/probe-blocked-by-host-check.js';
import { image } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const HEALTH = { path: '/health' } as const;
const KUBERNETES = { kubernetes: {} } as const;
const server = (hosts: string, health: typeof HEALTH | null = HEALTH) => ({ search: image({ env: { ALLOWED_HOSTS: hosts }, ...(health && { health }) }) });

test('a probe that comes for a host which the server does not know is found', () => {
  assert.deepEqual(found(rule, planOf({ servers: server('mcp.acme.test'), targets: KUBERNETES })), ['error servers.search.env.ALLOWED_HOSTS']);
  assert.deepEqual(found(rule, planOf({ servers: server('mcp.acme.test, localhost'), targets: KUBERNETES })), ['error servers.search.env.ALLOWED_HOSTS']);
  assert.deepEqual(found(rule, planOf({ servers: server('["mcp.acme.test"]'), targets: { compose: {} } })), ['error servers.search.env.ALLOWED_HOSTS']);
});

test('any host, loopback for compose, no probe by HTTP and no platform are not', () => {
  assert.deepEqual(found(rule, planOf({ servers: server('*'), targets: KUBERNETES })), []);
  assert.deepEqual(found(rule, planOf({ servers: server('mcp.acme.test,localhost'), targets: { compose: {} } })), []);
  assert.deepEqual(found(rule, planOf({ servers: server('mcp.acme.test', null), targets: KUBERNETES })), []);
  assert.deepEqual(found(rule, planOf({ servers: server('mcp.acme.test') })), []);
});
