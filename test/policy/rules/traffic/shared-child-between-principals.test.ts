import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedChildBetweenPrincipals as rule } from '#src/policy/rules/traffic/shared-child-between-principals.js';
import { planOf } from '../../../support/planned.js';
import { findingsOf, found } from '../../support.js';

const key = (name: string) => ({ keys: [{ secret: name }] });
const files = { kind: 'stdio', command: ['files'], sharing: 'shared' };
const plan = (more: object = {}) => planOf({ name: 'test', servers: { files, other: { ...files, sharing: 'session' } }, ...more });
const two = { auth: { clients: { a: key('A'), b: key('B') } } };
const tenants = { a: { match: { client: 'a' }, servers: ['files'] }, b: { match: { client: 'b' }, servers: ['files'] } };

test('field-02c several clients or tenants at one child are found', () => {
  assert.deepEqual(found(rule, plan(two)), ['warn servers.files.sharing']);
  assert.match(findingsOf(rule, plan(two))[0]?.message ?? '', /one child of files serves 2 clients \(a, b\)/);
  assert.match(findingsOf(rule, plan({ ...two, tenants }))[0]?.message ?? '', /2 tenants \(a, b\)/);
  const oneTenant = { a: { match: [{ client: 'a' }, { client: 'b' }], servers: '*' } };
  assert.match(findingsOf(rule, plan({ ...two, tenants: oneTenant }))[0]?.message ?? '', /2 clients/);
  assert.match(findingsOf(rule, plan({ gateway: { url: 'https://mcp.acme.com', sessionKeys: [{ secret: 'S' }] } }))[0]?.message ?? '', /whoever finds it/);
});

test('field-02c one caller, a child for each session, and a server without sessions are not', () => {
  assert.deepEqual(found(rule, plan()), [], 'on this machine alone');
  assert.deepEqual(found(rule, plan({ auth: { clients: { a: key('A') } } })), []);
  assert.deepEqual(found(rule, plan({ ...two, tenants: { ...tenants, b: { ...tenants.b, servers: ['other'] } } })), [], 'granted to one of them');
  assert.deepEqual(found(rule, plan({ ...two, servers: { files: { ...files, sharing: 'session' } } })), []);
  assert.deepEqual(found(rule, plan({ ...two, servers: { files: { ...files, revision: 'modern' } } })), []);
});
