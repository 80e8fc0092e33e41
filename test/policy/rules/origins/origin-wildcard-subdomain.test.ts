import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originWildcardSubdomain as rule } from '#src/policy/rules/origins/origin-wildcard-subdomain.js';
import { exact, findingsOf, found, localPlanOf, origin, subdomains, withOrigins } from '../../support.js';

test('a pattern is a warning that shows the pattern', () => {
  const [finding] = findingsOf(
    rule,
    withOrigins(origin('previews', { kind: 'subdomain', scheme: 'https', suffix: '.preview.acme.test', port: ':8443' })),
  );
  assert.equal(finding?.severity, 'warn');
  assert.match(finding?.message ?? '', /^"https:\/\/\*\.preview\.acme\.test:8443" lets every name below preview\.acme\.test call/);
});

test('on loopback it is information', () => {
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [origin('previews', subdomains('acme.test'))] } })), [
    'info origins.previews',
  ]);
});

test('exact origins are not, and a shared domain is left to its own rule', () => {
  assert.deepEqual(found(rule, withOrigins(origin('a', exact('https://a.acme.test')), origin('b', subdomains('vercel.app')))), []);
});
