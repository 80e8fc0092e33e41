import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyBehind } from '#src/policy/many-hosts.js';
import { sessionAffinityMissing as rule } from '#src/policy/rules/traffic/session-affinity-missing.js';
import { EXAMPLE_TARGETS, existing, image, npm } from '../../../support/example.js';
import { findingsOf, found, planOf, type PlanOptions } from '../../support.js';

const { compose, kubernetes, fly, nginx } = EXAMPLE_TARGETS;
const THREE: PlanOptions = { gateway: { replicas: 3 } };
/** Only profile `local` may be without keys. */
const keyless = (replicas: number, targets: PlanOptions['targets']): PlanOptions => ({
  profile: 'local',
  gateway: { replicas, sessionKeys: null },
  targets: targets ?? {},
});
const stateful = (url: string, ...more: readonly string[]) => ({ ...existing(url, ...more), stateful: true });

test('several gateway processes need a common key, wherever several run', () => {
  for (const targets of [{ kubernetes }, { fly }, { compose, nginx }, {}]) {
    assert.deepEqual(found(rule, planOf(keyless(3, targets))), ['error gateway.replicas']);
  }
});

test('one process, one that compose makes one, or a common key do not lose sessions', () => {
  assert.deepEqual(found(rule, planOf(keyless(1, { kubernetes }))), []);
  assert.deepEqual(found(rule, planOf(keyless(3, { compose }))), []);
  assert.deepEqual(found(rule, planOf({ ...THREE, targets: { kubernetes } })), []);
});

test('children of several gateway processes are found, and a workload of its own is not', () => {
  const servers = { files: npm('@acme/files@1.0.0') };
  assert.deepEqual(found(rule, planOf({ ...THREE, servers })), ['error servers.files']);
  const [finding] = findingsOf(rule, planOf({ ...THREE, servers }));
  assert.match(finding?.message ?? '', /3 gateway processes each spawn files for themselves \(local\)/);
  assert.deepEqual(finding?.related, [{ at: 'gateway.replicas', message: '3 gateway processes' }]);
  assert.deepEqual(found(rule, planOf({ ...THREE, servers, targets: { kubernetes } })), []);
});

test('a stateful server behind a name for many machines', () => {
  const plan = planOf({ servers: { crm: stateful('http://crm.team.svc.cluster.local:8000/mcp', 'https://crm-a.acme.test/mcp') } });
  assert.deepEqual(found(rule, plan), ['error servers.crm']);
  assert.match(findingsOf(rule, plan)[0]?.message ?? '', /is a Kubernetes Service/);
});

test('the same name is fine for a server without sessions, and one address for each instance is fine for all', () => {
  assert.deepEqual(found(rule, planOf({ servers: { crm: existing('http://crm.team.svc.cluster.local:8000/mcp') } })), []);
  assert.deepEqual(found(rule, planOf({ servers: { crm: stateful('https://crm-a.acme.test/mcp', 'https://crm-b.acme.test/mcp') } })), []);
  assert.deepEqual(
    found(
      rule,
      planOf({
        ...THREE,
        servers: { search: image({ stateful: true, replicas: 3 }) },
        targets: { kubernetes },
      }),
    ),
    [],
  );
});

test('without a legacy revision there are no sessions', () => {
  assert.deepEqual(found(rule, planOf({ gateway: { replicas: 3, sessionKeys: null, revisions: ['2026-07-28'] }, targets: { kubernetes } })), []);
});

test('names for many machines, and names for one', () => {
  for (const many of [
    'web.team.svc',
    'web.team.svc.cluster.local',
    'acme.internal',
    'acme.flycast',
    'acme.fly.dev',
    'lb-1.eu-west-1.elb.amazonaws.com',
    'x-ab.a.run.app',
  ]) {
    assert.notEqual(manyBehind(many), null, many);
  }
  for (const one of [
    'web-0.web.team.svc.cluster.local',
    '4d89.vm.acme.internal',
    'host.docker.internal',
    'internal',
    'mcp.acme.com',
    '10.0.0.1',
  ]) {
    assert.equal(manyBehind(one), null, one);
  }
});
