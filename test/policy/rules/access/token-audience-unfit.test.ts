import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenAudienceUnfit as rule } from '#src/policy/rules/access/token-audience-unfit.js';
import { found, planOf } from '../../support.js';

const plan = (issuer: string, audience?: string) =>
  planOf({ auth: { clients: null, jwt: { issuer, jwks: `${issuer.replace(/\/$/, '')}/keys`, ...(audience !== undefined && { audience }) } } });
const ENTRA = 'https://login.microsoftonline.com/8d7b1b2c-0000-4000-8000-3a4f6c1d2e5f/v2.0';
const GUID = '4b1c9c36-0000-4000-8000-5d2f3a7e9b10';

test('the default audience is found at issuers that never write it', () => {
  const unfit = [
    ENTRA,
    'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
    'https://accounts.google.com',
    'https://id.acme.test/realms/tools',
  ];
  for (const issuer of unfit) assert.deepEqual(found(rule, plan(issuer)).length, 1, issuer);
});

test('an audience that such an issuer writes is not', () => {
  assert.deepEqual(found(rule, plan(ENTRA, GUID)), []);
  assert.deepEqual(found(rule, plan('https://accounts.google.com', '1234-abc.apps.googleusercontent.com')), []);
  assert.deepEqual(found(rule, plan('https://id.acme.test/realms/tools', 'mcp')), []);
});

test('an audience that it cannot write is', () => {
  assert.deepEqual(found(rule, plan(ENTRA, 'https://mcp.acme.test')), ['error auth.jwt']);
  assert.deepEqual(found(rule, plan('https://accounts.google.com', 'https://mcp.acme.test')), ['error auth.jwt']);
});

test('Auth0 and WorkOS are told what to set up, and issuers nobody knows are believed', () => {
  for (const issuer of ['https://acme.eu.auth0.com/', 'https://acme.authkit.app']) assert.deepEqual(found(rule, plan(issuer)), ['info auth.jwt'], issuer);
  assert.deepEqual(found(rule, plan('https://id.acme.test')), []);
});

test('of several issuers the one that is meant is shown', () => {
  const issuers = ['https://id.acme.test', 'https://id.acme.test/realms/tools'].map((issuer) => ({ issuer, jwks: `${issuer}/keys` }));
  const [first, second] = issuers as [(typeof issuers)[0], (typeof issuers)[0]];
  assert.deepEqual(found(rule, planOf({ auth: { clients: null, jwt: [first, second] } })), ['error auth.jwt.1']);
});
