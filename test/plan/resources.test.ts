/** What a workload is given where the config says nothing, or says a part. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planOf, problems, type Json } from '../support/planned.js';

const MI = 2 ** 20;
const resourcesOf = (server: Json) => planOf({ name: 'acme', servers: { a: server } }).infra.workloads[0]?.resources;
const memoryOf = (server: Json) => {
  const { requests, limits } = resourcesOf(server) ?? assert.fail();
  return [requests.memory / MI, limits.memory / MI];
};
const stdio = (more: Json = {}): Json => ({ kind: 'stdio', command: ['files'], npm: 'files@1.0.0', ...more });
const http = (resources: Json = {}): Json => ({ kind: 'http', image: 'web', resources });

describe('resources', () => {
  test('field-25a the container of a stdio server holds all children at once, and their host', () => {
    assert.deepEqual(memoryOf(stdio()), [128 + 256, 128 + 8 * 256]);
    assert.deepEqual(memoryOf(stdio({ limits: { processes: 3, memory: '100mb' } })), [228, 428]);
    assert.deepEqual(memoryOf(stdio({ sharing: 'shared' })), [384, 384], 'all sessions share one child');
    assert.deepEqual(memoryOf(stdio({ revision: 'modern' })), [384, 384], 'there are no sessions');
  });

  test('field-25a what the config says of resources stands', () => {
    assert.deepEqual(memoryOf(stdio({ resources: { limits: { memory: '1gb' } } })), [384, 1024]);
    assert.deepEqual(memoryOf(stdio({ resources: { limits: { memory: '300mb' } } })), [300, 300]);
    assert.deepEqual(memoryOf(stdio({ resources: { requests: { memory: '4gb' } } })), [4096, 4096]);
  });

  test('no request is above its limit, which no platform takes', () => {
    assert.deepEqual(memoryOf(http()), [128, 256]);
    assert.deepEqual(memoryOf(http({ limits: { memory: '64mb' } })), [64, 64]);
    assert.deepEqual(memoryOf(http({ requests: { memory: '1gb' } })), [1024, 1024]);
    assert.deepEqual(resourcesOf(http({ limits: { cpu: '50m' } })), { requests: { cpu: 50, memory: 128 * MI }, limits: { cpu: 50, memory: 256 * MI } });
    const wrong = { requests: { cpu: '2', memory: '1gb' }, limits: { cpu: '1', memory: '512mb' } };
    const found = problems({ name: 'acme', gateway: { resources: wrong }, servers: { a: http(wrong), b: stdio({ resources: wrong }) } });
    const places = ['servers.a.resources', 'servers.b.resources', 'gateway.resources'];
    assert.deepEqual(
      found.map((line) => line.split(': ')[0]),
      places.flatMap((place) => ['cpu', 'memory'].map((key) => `resources ${place}.requests.${key}`)),
    );
    assert.deepEqual(resourcesOf(http()), { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } });
  });
});
