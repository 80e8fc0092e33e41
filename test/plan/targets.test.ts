/** What each target is asked for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const MI = 2 ** 20;
const { infra } = planOf(FULL);

describe('targets', () => {
  const targetsOf = (targets: Json, more: Json = {}) => planOf(least({ targets, ...more })).infra.targets;

  test('none that is not named', () => {
    assert.deepEqual(planOf(least()).infra.targets, { nginx: null, compose: null, kubernetes: null, fly: null });
  });

  test('defaults', () => {
    assert.deepEqual(targetsOf({ nginx: {}, compose: {}, kubernetes: {}, fly: { region: 'ord' } }), {
      nginx: { version: '1.30', release: [1, 30, 0], run: 'container', listen: 8088, tls: null, from: 'targets.nginx' },
      compose: { project: 'acme', publish: { address: '127.0.0.1', port: 8080 }, from: 'targets.compose' },
      kubernetes: {
        version: '1.34', minor: 34, namespace: 'acme', clusterDomain: 'cluster.local', exposure: { kind: 'none' }, storageClass: null,
        pullSecrets: [], from: 'targets.kubernetes',
      },
      fly: { app: 'acme', region: 'ord', org: null, vm: { size: 'shared-cpu-1x', memory: 512 * MI }, scaleToZero: false, from: 'targets.fly' },
    });
  });

  test('as written', () => {
    assert.deepEqual(infra.targets, {
      nginx: { version: '1.26.3', release: [1, 26, 3], run: 'container', listen: 443, tls: { certificate: '/etc/mcp.pem', key: '/etc/mcp.key' },
        from: 'targets.nginx' },
      compose: { project: 'acme', publish: { address: '127.0.0.1', port: 9090 }, from: 'targets.compose' },
      kubernetes: {
        version: '1.33', minor: 33, namespace: 'acme', clusterDomain: 'cluster.local', storageClass: null,
        exposure: { kind: 'parent', name: 'shared', namespace: 'infra', sectionName: null }, pullSecrets: ['a', 'b'], from: 'targets.kubernetes',
      },
      fly: { app: 'acme-mcp', region: 'ord', org: 'acme', vm: { size: 'shared-cpu-1x', memory: 512 * MI }, scaleToZero: false, from: 'targets.fly' },
    });
  });

  test('nginx: releases and ports', () => {
    const releases = { '1.22': [1, 22, 0], '1.26': [1, 26, 0], '1.29.6': [1, 29, 6] };
    for (const [version, release] of Object.entries(releases)) assert.deepEqual(targetsOf({ nginx: { version } }).nginx?.release, release);
    assert.equal(targetsOf({ nginx: { listen: 80 } }).nginx?.listen, 80);
    const tls = { gateway: { tls: { at: 'nginx', certificate: '/a', key: '/b' } } };
    assert.equal(targetsOf({ nginx: {} }, tls).nginx?.listen, 443);
    assert.equal(targetsOf({ nginx: { listen: 8443 } }, tls).nginx?.listen, 8443);
  });

  test('kubernetes: exposures', () => {
    const exposureOf = (exposure: Json) => targetsOf({ kubernetes: { exposure } }).kubernetes?.exposure;
    assert.deepEqual(exposureOf({ kind: 'none' }), { kind: 'none' });
    assert.deepEqual(exposureOf({ kind: 'gateway-api', gatewayClass: 'nginx' }), { kind: 'gateway-class', gatewayClass: 'nginx' });
    const parent = { kind: 'parent', name: 'shared', namespace: null };
    assert.deepEqual(exposureOf({ kind: 'gateway-api', parent: { name: 'shared' } }), { ...parent, sectionName: null });
    assert.deepEqual(exposureOf({ kind: 'gateway-api', parent: { name: 'shared', sectionName: 'https' } }), { ...parent, sectionName: 'https' });
  });
});
