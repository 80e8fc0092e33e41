import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originTunnelDomain as rule } from '#src/policy/rules/origins/origin-tunnel-domain.js';
import { SHARED_DOMAINS } from '#src/policy/shared-domains.js';
import { exact, findingsOf, found, localPlanOf, origin, subdomains, withOrigins } from '../../support.js';

test('the preset names what it allows', () => {
  const plan = withOrigins(origin('dev', { kind: 'tunnel', suffixes: ['.ngrok.app', '.ngrok.io'] }, 'ngrok'));
  assert.match(findingsOf(rule, plan)[0]?.message ?? '', /\*\.ngrok\.app, \*\.ngrok\.io/);
});

test('a pattern on a shared domain is an error, at any depth', () => {
  for (const zone of ['vercel.app', 'acme.vercel.app', 'ngrok-free.app', 'github.io']) {
    assert.deepEqual(found(rule, withOrigins(origin('x', subdomains(zone)))), ['error origins.x'], zone);
  }
});

test('one tunnel is an error, one project on a hosting domain a warning', () => {
  assert.deepEqual(found(rule, withOrigins(origin('x', exact('https://a1b2.trycloudflare.com')))), ['error origins.x']);
  assert.deepEqual(found(rule, withOrigins(origin('x', exact('https://acme.github.io')))), ['warn origins.x']);
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [origin('x', exact('https://a1b2.ngrok-free.app'))] } })), [
    'warn origins.x',
  ]);
});

test('the vendor’s own host, and names that only end alike, are not', () => {
  for (const one of [
    'https://vercel.app',
    'https://github.io',
    'https://notvercel.app',
    'https://vercel.app.acme.test',
    'https://app.acme.test',
  ]) {
    assert.deepEqual(found(rule, withOrigins(origin('x', exact(one)))), [], one);
  }
  assert.deepEqual(found(rule, withOrigins(origin('x', subdomains('myvercel.app')))), []);
});

test('the table has each domain once, as a domain', () => {
  const domains = SHARED_DOMAINS.map(({ domain }) => domain);
  assert.equal(new Set(domains).size, domains.length);
  for (const domain of domains) assert.match(domain, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
});
