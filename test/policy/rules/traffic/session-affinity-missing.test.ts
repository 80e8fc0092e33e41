import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyBehind } from '#src/policy/many-hosts.js';
import { sessionAffinityMissing as rule } from '#src/policy/rules/traffic/session-affinity-missing.js';
import { EXAMPLE_TARGETS, existing, image, npm } from '../../../support/plan.js';
import { findingsOf, found, planOf, type planOf as PlanOf } from '../../support.js';

const { compose, kubernetes, fly, nginx } = EXAMPLE_TARGETS;
type Options = NonNullable<Parameters<typeof PlanOf>[0]>;
const THREE: Options = { gateway: { replicas: 3 } };
const KEYLESS: Options['traffic'] = { sessions: { keys: [], ttl: 1 } };
const stateful = (...urls: readonly string[]) => ({ ...existing(...urls), pool: { stateful: true } });

test('several gateway processes need a common key, wherever several run', () => {
  for (const targets of [{ kubernetes }, { fly }, { compose, nginx }, {}]) {
    assert.deepEqual(found(rule, planOf({ ...THREE, targets, traffic: KEYLESS })), ['error gateway.replicas']);
  }
});

test('one process, one that compose makes one, or a common key do not lose sessions', () => {
  assert.deepEqual(found(rule, planOf({ targets: { kubernetes }, traffic: KEYLESS })), []);
  assert.deepEqual(found(rule, planOf({ ...THREE, targets: { compose }, traffic: KEYLESS })), []);
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
        servers: { search: image({ pool: { stateful: true }, workload: { replicas: 3, stateful: true } }) },
        targets: { kubernetes },
      }),
    ),
    [],
  );
});

test('without a legacy revision there are no sessions', () => {
  assert.deepEqual(found(rule, planOf({ ...THREE, targets: { kubernetes }, traffic: { ...KEYLESS, revisions: ['2026-07-28'] } })), []);
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
