import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originNull } from '#src/policy/rules/origins/origin-null.js';
import { originWildcardSubdomain } from '#src/policy/rules/origins/origin-wildcard-subdomain.js';
import { originWildcard } from '#src/policy/rules/origins/origin-wildcard.js';
import { suppressionStale as rule } from '#src/policy/rules/config/suppression-stale.js';
import { runRules } from '#src/policy/run.js';
import type { Finding } from '#src/policy/types.js';
import type { PolicyPlan } from '#src/plan/policy-types.js';
import { inputOf, origin, planOf, rejected, subdomains, suppression } from '../../support.js';

const ORIGINS = [
  origin('app', { kind: 'any-https' }, 'any-https'),
  origin('frame', rejected('null', 'null')),
  origin('previews', subdomains('acme.test')),
];

function stale(policy: Partial<PolicyPlan>): readonly Finding[] {
  const input = inputOf(planOf({ traffic: { origins: ORIGINS }, policy }));
  return runRules([originNull, originWildcard, originWildcardSubdomain, rule], input).findings.filter(({ code }) => code === rule.code);
}
const one = (rule: string, path: string, more = {}): readonly Finding[] => stale({ suppressions: [suppression(rule, path, more)] });

test('one that is used is not stale, at the path or above it, by code or by slug', () => {
  assert.deepEqual(one('MCP109', 'origins.previews'), []);
  assert.deepEqual(one('origin-wildcard-subdomain', 'origins.previews'), []);
  assert.deepEqual(one('MCP109', 'origins'), []);
});

test('one that suppresses nothing is', () => {
  const [finding] = one('MCP109', 'origins.app');
  assert.equal(finding?.severity, 'warn');
  assert.equal(finding?.at, 'policy.suppress.0');
  assert.match(finding?.message ?? '', /nothing at origins\.app is suppressed: MCP109 finds nothing there/);
  assert.deepEqual(finding?.fix, { title: 'remove the suppression', edits: [{ at: 'policy.suppress.0', text: null }] });
});

test('an unknown rule gets a suggestion', () => {
  const [finding] = one('origin-wildcrd', 'origins.previews');
  assert.equal(finding?.at, 'policy.suppress.0.rule');
  assert.equal(finding?.help, 'did you mean "origin-wildcard"?');
  assert.deepEqual(finding?.fix?.edits, [{ at: 'policy.suppress.0.rule', text: "'origin-wildcard'" }]);
  const [nameless] = one('quality-of-service', 'origins.previews');
  assert.deepEqual([nameless?.help, nameless?.fix?.edits], ['remove the suppression', [{ at: 'policy.suppress.0', text: null }]]);
});

test('an unknown path gets a suggestion', () => {
  const [finding] = one('MCP109', 'origins.preview.origin');
  assert.equal(finding?.at, 'policy.suppress.0.path');
  assert.equal(finding?.help, 'did you mean "origins.previews.origin"?');
  assert.deepEqual(finding?.fix?.edits, [{ at: 'policy.suppress.0.path', text: "'origins.previews.origin'" }]);
  assert.equal(one('MCP109', 'orgins.previews')[0]?.help, 'did you mean "origins.previews"?');
  assert.equal(one('MCP109', 'auth.clients.acme-cl')[0]?.help, 'did you mean "auth.clients.acme-ci"?');
});

test('a rule that is off has nothing to suppress', () => {
  const findings = stale({
    suppressions: [suppression('MCP109', 'origins.previews')],
    severities: [{ rule: 'MCP109', severity: 'off', from: 'policy.rules.MCP109' }],
  });
  assert.match(findings[0]?.message ?? '', /is turned off/);
  assert.deepEqual(findings[0]?.related, [{ at: 'policy.rules.MCP109', message: 'MCP109 is turned off' }]);
});

test('what cannot be suppressed says so, and cannot be hidden itself', () => {
  assert.match(one('MCP105', 'origins.frame')[0]?.message ?? '', /what MCP105 finds at origins\.frame cannot be suppressed/);
  const findings = stale({
    suppressions: [suppression('MCP105', 'origins.frame'), suppression('MCP904', 'policy', { from: 'policy.suppress.1' })],
  });
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['policy.suppress.0', 'policy.suppress.1'],
  );
});

test('what cannot be turned down says so', () => {
  const findings = stale({ severities: [{ rule: 'origin-null', severity: 'off', from: 'policy.rules.origin-null' }] });
  assert.deepEqual(
    findings.map(({ at, message }) => [at, message]),
    [['policy.rules.origin-null', 'origin-null cannot be turned down']],
  );
  assert.deepEqual(stale({ severities: [{ rule: 'origin-null', severity: 'error', from: 'policy.rules.origin-null' }] }), []);
});

test('expired ones and those without a reason have rules of their own', () => {
  assert.deepEqual(one('MCP109', 'origins.previews', { until: '2020-01-01' }), []);
  assert.deepEqual(one('MCP109', 'origins.previews', { reason: '' }), []);
});

test('a rule that did not run says nothing about its suppressions', () => {
  assert.deepEqual(one('MCP504', 'servers.search'), []);
});

test('stale ones can be turned off; a mistyped rule cannot', () => {
  const severities = [{ rule: 'suppression-stale', severity: 'off', from: 'policy.rules.suppression-stale' }] as const;
  assert.deepEqual(stale({ severities, suppressions: [suppression('MCP109', 'origins.app')] }), []);
  assert.equal(stale({ severities, suppressions: [suppression('MCP999', 'origins.app')] }).length, 1);
});
