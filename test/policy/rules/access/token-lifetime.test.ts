import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenLifetime as rule } from '#src/policy/rules/access/token-lifetime.js';
import { found, localPlanOf, planOf } from '../../support.js';

const JWKS = { issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' } as const;
const SECRET = { issuer: 'https://id.acme.test', secret: { secret: 'JWT_SECRET' } } as const;
const auth = (jwt: Readonly<Record<string, unknown>>) => ({ auth: { clients: null, jwt: jwt as typeof JWKS } });

test('tokens that are good for more than a day, or as long as they say, are found', () => {
  assert.deepEqual(found(rule, planOf(auth({ ...JWKS, maxAge: '48h' }))), ['warn auth.jwt']);
  assert.deepEqual(found(rule, planOf(auth(JWKS))), ['info auth.jwt']);
  assert.deepEqual(found(rule, planOf(auth(SECRET))), ['warn auth.jwt']);
});

test('a day, an hour, and a machine of one’s own are not', () => {
  for (const maxAge of ['24h', '1h', '5m']) assert.deepEqual(found(rule, planOf(auth({ ...JWKS, maxAge }))), [], maxAge);
  assert.deepEqual(found(rule, localPlanOf(auth(SECRET))), []);
});
