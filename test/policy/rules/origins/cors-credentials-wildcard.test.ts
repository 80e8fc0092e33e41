import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corsCredentialsWildcard as rule } from '#src/policy/rules/origins/cors-credentials-wildcard.js';
import { found, origin, planOf } from '../../support.js';

const WIDE = origin('web', { kind: 'any-https' });
const EXACT = origin('app', { kind: 'exact', origin: 'https://app.acme.test' });
const plan = (credentials: boolean, origins: readonly ReturnType<typeof origin>[]) => planOf({ gateway: { cors: { credentials } }, traffic: { origins } });

test('credentials for whoever publishes a page are found', () => {
  assert.deepEqual(found(rule, plan(true, [WIDE])), ['error gateway.cors.credentials']);
  assert.deepEqual(found(rule, plan(true, [EXACT, origin('dev', { kind: 'tunnel', suffixes: ['.ngrok.app'] })])), ['error gateway.cors.credentials']);
});

test('credentials for listed origins, and wide origins without credentials, are not', () => {
  assert.deepEqual(found(rule, plan(true, [EXACT])), []);
  assert.deepEqual(found(rule, plan(false, [WIDE])), []);
});
