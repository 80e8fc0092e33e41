/** What the gateway says of every request, whatever server it is for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;

test('settings of the gateway are as written, their lists sorted', () => {
  const traffic = trafficOf(FULL);
  assert.deepEqual(traffic.trustedProxies, ['10.0.0.0/16', '10.1.0.0/16']);
  assert.deepEqual(traffic.sessions, { keys: ['SEAL_NEW', 'SEAL_OLD'], ttl: 86_400_000 });
  assert.deepEqual(traffic.admin, { port: 9180, host: null, readToken: 'READ', writeToken: 'WRITE', allow: null });
  assert.deepEqual(traffic.traces, { otlp: 'https://otel.acme.com:4318/v1/traces', sample: 0.05 });
  assert.deepEqual([traffic.limits.toolNames, traffic.workers, trafficOf(least({ gateway: { workers: 4 } })).workers], [64, 1, 4]);
  assert.deepEqual(traffic.cors, { credentials: false, maxAge: 600_000, exposeHeaders: ['X-Id', 'X-Trace'], allowHeaders: ['X-Id'] });
  assert.deepEqual([traffic.requireOrigin, traffic.originFallback], [false, 'forwarded']);
  assert.deepEqual([trafficOf(least()).admin, trafficOf(least()).traces], [null, null]);
});
