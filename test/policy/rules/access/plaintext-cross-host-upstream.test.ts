import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plaintextCrossHostUpstream as rule } from '#src/policy/rules/access/plaintext-cross-host-upstream.js';
import { existing } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (...urls: readonly [string, ...string[]]) => planOf({ servers: { search: existing(...urls) } });

test('a server that is called in clear text over other networks is found, each address once', () => {
  assert.deepEqual(found(rule, plan('http://search.acme.com/mcp')), ['warn servers.search.instances']);
  assert.deepEqual(found(rule, plan('http://8.8.8.8/mcp', 'http://[2001:4860:4860::8888]/mcp')), Array(2).fill('warn servers.search.instances'));
});

test('TLS, loopback, private addresses and names of one network are not', () => {
  const inside = ['127.0.0.1:8080', '[::1]', '10.1.2.3', '192.168.0.9', '[fd00::1]', 'search', 'search:8000', 'api.internal', 'search.tools.svc.cluster.local'];
  for (const host of inside) assert.deepEqual(found(rule, plan(`http://${host}/mcp`)), [], host);
  assert.deepEqual(found(rule, plan('https://search.acme.com/mcp')), []);
});

test('traces in clear text are found too', () => {
  assert.deepEqual(found(rule, planOf({ gateway: { traces: { otlp: 'http://otel.acme.com/v1/traces' } } })), ['warn gateway.traces.otlp']);
  assert.deepEqual(found(rule, planOf({ gateway: { traces: { otlp: 'http://collector:4318/v1/traces' } } })), []);
});
