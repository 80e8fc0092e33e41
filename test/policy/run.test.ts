import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { PolicyPlan, Severity } from '#src/plan/policy-types.js';
import { runRules } from '#src/policy/run.js';
import type { Problem, Rule } from '#src/policy/types.js';
import { inputOf, localPlanOf, planOf, runRule, suppression } from './support.js';

/** A rule that finds what it is told. */
function rule(code: Rule['code'], problems: readonly Partial<Problem>[], more: Partial<Rule> = {}): Rule {
  const check = () => problems.map((problem) => ({ at: 'gateway', message: 'is wrong', help: 'make it right', ...problem }));
  return { code, slug: 'origin-null', severity: 'error', securitySeverity: 5, summary: 'something', reads: ['plan'], check, ...more };
}
const MIXED = rule(
  'MCP102',
  [
    { at: 'origins.a', message: 'soft' },
    { at: 'origins.b', message: 'hard', suppressible: false },
  ],
  { suppressible: 'partly' },
);
const HARD = rule('MCP105', [{ at: 'origins.b' }], { suppressible: false });

const withPolicy = (policy: Partial<PolicyPlan>) => inputOf(planOf({ policy }));
const severity = (rule: PolicyPlan['severities'][number]['rule'], severity: Severity | 'off') => ({
  rule,
  severity,
  from: `policy.rules.${rule}`,
});

test('a finding is its problem with its rule', () => {
  const artefacts = [{ file: 'compose/compose.yaml', line: 3 }];
  assert.deepEqual(runRule(rule('MCP105', [{ artefacts }]), inputOf(planOf())), [
    {
      code: 'MCP105',
      slug: 'origin-null',
      severity: 'error',
      securitySeverity: 5,
      at: 'gateway',
      message: 'is wrong',
      help: 'make it right',
      related: [],
      fix: null,
      artefacts,
      sensitive: false,
      fingerprint: createHash('sha256').update('["MCP105","gateway","is wrong"]').digest('hex'),
      suppressed: null,
    },
  ]);
});

test('related places and a fix are carried along, and are no part of the fingerprint', () => {
  const related = [{ at: 'servers.a', message: 'the other one' }];
  const fix = { title: 'write it', edits: [{ at: 'gateway', text: "'right'" }] };
  const findingOf = (more: Partial<Problem>) => runRule(rule('MCP105', [more]), inputOf(planOf()))[0];
  const [plain, full] = [findingOf({}), findingOf({ related, fix })];
  assert.deepEqual([full?.related, full?.fix], [related, fix]);
  assert.equal(full?.fingerprint, plain?.fingerprint);
});

test('the worst first, then by code, path and message, whatever the order of the rules', () => {
  const rules = [
    rule('MCP201', [{ at: 'b' }, { at: 'a', message: 'z' }, { at: 'a', message: 'y' }]),
    rule('MCP101', [{ severity: 'info' }]),
    rule('MCP109', [{}], { severity: 'warn' }),
    rule('MCP102', [{}]),
  ];
  const order = (some: readonly Rule[]): readonly string[] =>
    runRules(some, inputOf(planOf())).findings.map(({ severity, code, at, message }) => [severity, code, at, message].join(' '));
  assert.deepEqual(order(rules), [
    'error MCP102 gateway is wrong',
    'error MCP201 a y',
    'error MCP201 a z',
    'error MCP201 b is wrong',
    'warn MCP109 gateway is wrong',
    'info MCP101 gateway is wrong',
  ]);
  assert.deepEqual(order(rules.toReversed()), order(rules));
});

test('the same problem is found once', () => {
  assert.equal(runRules([rule('MCP101', [{}, {}])], inputOf(planOf())).findings.length, 1);
});

test('counts', () => {
  const rules = [rule('MCP101', [{ at: 'a' }, { at: 'b' }]), rule('MCP109', [{}], { severity: 'warn' }), rule('MCP111', [])];
  assert.deepEqual(runRules(rules, withPolicy({ suppressions: [suppression('MCP101', 'b')] })).counts, {
    error: 1,
    warn: 1,
    info: 0,
    suppressed: 1,
    rules: 3,
  });
});

test('the config has the last word on severity', () => {
  const rules = [rule('MCP101', [{ severity: 'warn' }])];
  const severities = (...all: PolicyPlan['severities']): readonly string[] =>
    runRules(rules, withPolicy({ severities: all })).findings.map((finding) => finding.severity);
  assert.deepEqual(severities(), ['warn']);
  assert.deepEqual(severities(severity('MCP101', 'info')), ['info']);
  assert.deepEqual(severities(severity('origin-allowlist-missing', 'error')), ['error']);
  assert.deepEqual(severities(severity('MCP101', 'off')), []);
  assert.deepEqual(severities(severity('MCP101', 'off'), severity('origin-allowlist-missing', 'warn')), ['warn'], 'the strictest of two');
  assert.deepEqual(severities(severity('MCP102', 'off')), ['warn'], 'another rule’s');
});

test('profile local makes rules milder on loopback, never stricter, and never for a public URL', () => {
  const mild = rule('MCP101', [{}], { localSeverity: 'warn' });
  const info = rule('MCP101', [{ severity: 'info' }], { localSeverity: 'warn' });
  assert.deepEqual(runRule(mild, inputOf(localPlanOf()))[0]?.severity, 'warn');
  assert.deepEqual(runRule(info, inputOf(localPlanOf()))[0]?.severity, 'info');
  assert.deepEqual(runRule(mild, inputOf(planOf({ profile: 'local' })))[0]?.severity, 'error');
  assert.deepEqual(runRule(mild, inputOf(planOf()))[0]?.severity, 'error');
});

test('what cannot be suppressed cannot be turned down, but up', () => {
  const run = (level: Severity | 'off', one: Rule = HARD) => runRules([one], withPolicy({ severities: [severity('MCP105', level)] }));
  for (const level of ['off', 'info', 'warn'] as const) {
    assert.deepEqual(
      run(level).findings.map((finding) => finding.severity),
      ['error'],
    );
    assert.deepEqual(run(level).exceptions, [{ rule: 'MCP105', path: null, fate: 'refused', from: 'policy.rules.MCP105' }]);
  }
  assert.deepEqual(
    run('error', { ...HARD, severity: 'warn' }).findings.map((finding) => finding.severity),
    ['error'],
  );
  assert.deepEqual(run('error', { ...HARD, severity: 'warn' }).exceptions, []);
});

test('a rule that is partly suppressible keeps what is not', () => {
  const turnedOff = runRules([MIXED], withPolicy({ severities: [severity('MCP102', 'off')] }));
  assert.deepEqual(
    turnedOff.findings.map(({ message }) => message),
    ['hard'],
  );
  assert.deepEqual(
    turnedOff.exceptions.map(({ fate }) => fate),
    ['refused'],
  );

  const suppressed = runRules([MIXED], withPolicy({ suppressions: [suppression('MCP102', 'origins')] }));
  assert.deepEqual(
    suppressed.findings.map(({ message }) => message),
    ['hard'],
  );
  assert.deepEqual(
    suppressed.exceptions.map(({ fate }) => fate),
    ['used'],
  );

  const refused = runRules([MIXED], withPolicy({ suppressions: [suppression('MCP102', 'origins.b')] }));
  assert.deepEqual(
    refused.exceptions.map(({ fate }) => fate),
    ['refused'],
  );
});

test('a suppression holds at its path and below it, not beside it', () => {
  const paths = ['servers.search', 'servers.search.env.A', 'servers.search-2', 'servers'];
  const { findings, suppressed } = runRules(
    [
      rule(
        'MCP101',
        paths.map((at) => ({ at })),
      ),
    ],
    withPolicy({ suppressions: [suppression('MCP101', 'servers.search')] }),
  );
  assert.deepEqual(
    suppressed.map(({ at }) => at),
    ['servers.search', 'servers.search.env.A'],
  );
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['servers', 'servers.search-2'],
  );
});

test('a suppressed finding carries the reason', () => {
  const { suppressed } = runRules(
    [rule('MCP101', [{}])],
    withPolicy({ suppressions: [suppression('MCP101', 'gateway', { reason: 'because', until: '2027-01-01', owner: 'web' })] }),
  );
  assert.deepEqual(suppressed[0]?.suppressed, { reason: 'because', until: '2027-01-01', owner: 'web' });
});

test('an expired suppression, and one without a reason, hide nothing', () => {
  for (const more of [{ until: '2026-11-19' }, { reason: ' ' }]) {
    const { findings, exceptions } = runRules(
      [rule('MCP101', [{}])],
      withPolicy({ suppressions: [suppression('MCP101', 'gateway', more)] }),
    );
    assert.equal(findings.length, 1);
    assert.deepEqual(
      exceptions.map(({ fate }) => fate),
      ['void'],
    );
  }
});

test('suppressions can be set aside', () => {
  const input = withPolicy({ suppressions: [suppression('MCP101', 'gateway')] });
  const { findings, exceptions } = runRules([rule('MCP101', [{}])], input, { suppress: false });
  assert.equal(findings.length, 1);
  assert.deepEqual(
    exceptions.map(({ fate }) => fate),
    ['used'],
    'and are still known to be of use',
  );
});

test('rules that review exceptions run last and see all of them', () => {
  const seen: string[] = [];
  const review: Rule<'exceptions'> = {
    ...rule('MCP904', []),
    reads: ['exceptions'],
    suppressible: 'partly',
    check: ({ exceptions }) => (seen.push(...exceptions.map(({ fate }) => fate)), []),
  };
  runRules(
    [review, rule('MCP101', [{}])],
    withPolicy({ suppressions: [suppression('MCP101', 'gateway'), suppression('MCP109', 'gateway'), suppression('MCP99', 'gateway')] }),
  );
  assert.deepEqual(seen, ['used', 'not-run', 'unknown-rule']);
});

test('a rule that is off does not run, unless a part of it cannot be turned off', () => {
  const ran: string[] = [];
  const noting = (code: Rule['code'], more: Partial<Rule> = {}): Rule => rule(code, [], { ...more, check: () => (ran.push(code), []) });
  const severities = [severity('MCP101', 'off'), severity('MCP102', 'off'), severity('MCP105', 'off')];
  const { counts } = runRules(
    [noting('MCP101'), noting('MCP102', { suppressible: 'partly' }), noting('MCP105', { suppressible: false })],
    withPolicy({ severities }),
  );
  assert.deepEqual(ran, ['MCP102', 'MCP105']);
  assert.equal(counts.rules, 2);
});
