/** What `mcpgen secrets` says a secret must be is what the gateway wants of it at its start. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { compileTables } from '#src/gateway/runtime/decision/lookups.js';
import { createResources } from '#src/gateway/runtime/decision/well-known.js';
import { readSecrets } from '#src/gateway/runtime/identity/secrets.js';
import { kindOfSecret, SECRET_KINDS } from '#src/plan/secret-kinds.js';
import { least, planOf } from '../support/planned.js';

const secret = (name: string) => ({ secret: name });
const PLAN = planOf(
  least({
    gateway: { sessionKeys: [secret('SEAL')], admin: { readToken: secret('READ') } },
    auth: { clients: { ci: { keys: [secret('CI')] } }, jwt: { issuer: 'acme', secret: secret('TOKENS'), audience: 'a' } },
    servers: {
      told: {
        kind: 'http',
        instances: [{ url: 'https://told.acme.com/mcp' }],
        upstream: { auth: { bearer: secret('BEARER') }, tls: { ca: secret('CA') } },
      },
      exchanged: {
        kind: 'http',
        instances: [{ url: 'https://exchanged.acme.com/mcp' }],
        upstream: { exchange: { url: 'https://id.acme.com/token', client: { id: 'gateway', secret: secret('CLIENT') }, grant: 'token-exchange' } },
      },
    },
    tenants: { acme: { match: { client: 'ci' }, servers: '*', forward: { signed: { prefix: 'X-TB-', secret: secret('SIGNS') } } } },
  }),
);
const OWN = PLAN.infra.secrets.filter(({ uses }) => uses.some(({ workload }) => workload === 'gateway'));

test('every purpose but that of a server’s own variable is among these', () => {
  const purposes = new Set(OWN.flatMap(({ uses }) => uses.map(({ purpose }) => purpose)));
  assert.deepEqual([...purposes, 'environment'].sort(), Object.keys(SECRET_KINDS).sort());
});

for (const one of OWN) {
  test(`${one.name}: one byte less is refused`, () => {
    const { bytes } = kindOfSecret(one);
    const tables = compileTables(gatewayTables(PLAN), 'local', { createResources });
    const others = Object.fromEntries(OWN.map(({ name }, at) => [name, `${at}`.repeat(64)]));
    const given = (length: number) => ({ ...others, [one.name]: 'k'.repeat(length) });
    assert.doesNotThrow(() => readSecrets(tables, given(bytes)));
    assert.throws(() => readSecrets(tables, given(bytes - 1)), (error: Error) => error.message.includes(one.name));
  });
}
