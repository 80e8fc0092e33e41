import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminEndpointExposed as rule } from '#src/policy/rules/access/admin-endpoint-exposed.js';
import { found, localPlanOf, planOf } from '../../support.js';

const NONE = { port: 9180, host: null, readToken: null, writeToken: null, allow: null };
const admin = (one: Partial<{ host: string; readToken: string; allow: readonly string[] }>) => ({ traffic: { admin: { ...NONE, ...one } } });

test('a listener of operators on every address without a token is found', () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.4']) {
    for (const plan of [planOf, localPlanOf]) assert.deepEqual(found(rule, plan(admin({ host }))), ['error gateway.admin.host']);
  }
});

test('a token, a list of networks, loopback and the default are enough', () => {
  const fine = [{ host: '0.0.0.0', readToken: 'READ' }, { host: '0.0.0.0', allow: ['10.0.0.0/8'] }, { host: '127.0.0.1' }, {}];
  for (const one of fine) assert.deepEqual(found(rule, planOf(admin(one))), []);
  assert.deepEqual(found(rule, planOf({ traffic: { admin: null } })), []);
});
