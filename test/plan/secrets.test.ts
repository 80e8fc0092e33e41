/** Which secrets a deployment needs, and who needs them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf } from '../support/planned.js';
import { FULL } from './support.js';

const { infra } = planOf(FULL);

test('secrets, and everybody who needs them', () => {
  const lines = infra.secrets.map(({ name, uses }) => [
    name,
    ...uses.map(({ workload, purpose, subject, rotateBy, from }) => [workload, purpose, subject, rotateBy, from].join(' ')),
  ]);
  assert.deepEqual(lines, [
    ['FILES_KEY', 'files environment KEY  servers.files.env.KEY'],
    ['INTERNAL', 'gateway client-key internal  auth.clients.internal.keys.0'],
    ['PARTNER_A', 'gateway client-key partner 2027-06-01 auth.clients.partner.keys.1'],
    ['PARTNER_B', 'gateway client-key partner 2027-06-01 auth.clients.partner.keys.0'],
    ['READ', 'gateway admin-token readToken  gateway.admin.readToken'],
    ['SEAL_NEW', 'gateway session-key   gateway.sessionKeys.0'],
    ['SEAL_OLD', 'gateway session-key   gateway.sessionKeys.1'],
    ['WEB_TOKEN', 'web environment API_TOKEN  servers.web.env.API_TOKEN'],
    ['WRITE', 'gateway admin-token writeToken  gateway.admin.writeToken'],
  ]);
  const servers = {
    a: { kind: 'http', image: 'x', env: { K: { secret: 'ONE' } } },
    b: { kind: 'stdio', command: ['b'], env: { L: { secret: 'ONE' } } },
  };
  const shared = planOf(least({ servers })).infra.secrets.map(({ name, uses }) => [name, uses.map(({ workload, subject }) => `${workload} ${subject}`)]);
  assert.deepEqual(shared, [['ONE', ['a K', 'b L']]]);
  assert.deepEqual(planOf(least()).infra.secrets, []);
});
