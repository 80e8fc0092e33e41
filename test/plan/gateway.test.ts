/** The gateway as a process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf } from '../support/planned.js';
import { FULL } from './support.js';

const GET = { method: 'GET', status: 200, body: null } as const;
const MI = 2 ** 20;
const { infra } = planOf(FULL);

test('the gateway', () => {
  assert.deepEqual(infra.gateway, {
    id: 'gateway',
    kind: 'gateway',
    about: { description: 'Tools of Acme', owner: 'platform', labels: {} },
    image: { kind: 'node', reference: 'node:24-slim' },
    replicas: 2,
    stateful: false,
    port: 9000,
    path: '/',
    adminPort: 9180,
    health: { kind: 'http', path: '/health/ready', ...GET, every: 10_000, timeout: 5000, startup: 30_000 },
    env: ['INTERNAL', 'PARTNER_A', 'PARTNER_B', 'READ', 'SEAL_NEW', 'SEAL_OLD', 'WRITE'].map((secret) => ({
      name: secret,
      value: { kind: 'secret', secret },
      from: {
        INTERNAL: 'auth.clients.internal.keys.0', PARTNER_A: 'auth.clients.partner.keys.1', PARTNER_B: 'auth.clients.partner.keys.0',
        READ: 'gateway.admin.readToken', SEAL_NEW: 'gateway.sessionKeys.0', SEAL_OLD: 'gateway.sessionKeys.1', WRITE: 'gateway.admin.writeToken',
      }[secret],
    })),
    volumes: [],
    user: null,
    resources: { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } },
    child: null,
    from: 'gateway',
  });
});

test('the probe of the gateway never waits longer than a request would', () => {
  const { gateway } = planOf(least({ gateway: { timeouts: { firstByte: '1s' } } })).infra;
  assert.equal(gateway.health.timeout, 1000);
});

test('where the gateway listens', () => {
  assert.equal(infra.listenHost, null);
  assert.equal(planOf(least({ gateway: { listen: { host: '::1' } } })).infra.listenHost, '::1');
});
