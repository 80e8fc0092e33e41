import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '#src/plan/types.js';
import { mergeEnvironments, type EnvironmentRun } from '#src/policy/environments.js';
import { RULES } from '#src/policy/rules/index.js';
import { runRules } from '#src/policy/run.js';
import { inputOf, localPlanOf, origin, planOf, subdomains, suppression } from './support.js';

const run = (environment: string | null, plan: Plan): EnvironmentRun => ({ environment, findings: runRules(RULES, inputOf(plan)) });
const merged = (...runs: readonly EnvironmentRun[]): readonly string[] =>
  mergeEnvironments(runs).map(({ finding, environments }) => `${finding.severity} ${finding.code} ${environments.join('+')}`);

const traffic = { origins: [origin('app', subdomains('acme.test'))] };
const policy = { suppressions: [suppression('MCP109', 'origins.app')] };

test('what is found in several environments is said once', () => {
  assert.deepEqual(merged(run('production', planOf({ traffic })), run('staging', planOf({ traffic }))), ['warn MCP109 production+staging']);
});

test('another severity is another line', () => {
  assert.deepEqual(merged(run('local', localPlanOf({ traffic })), run('production', planOf({ traffic }))), [
    'warn MCP109 production',
    'info MCP109 local',
  ]);
});

test('without environments there is none to name', () => {
  assert.deepEqual(merged(run(null, planOf({ traffic }))), ['warn MCP109 ']);
});

test('a suppression that one environment uses is not stale in another', () => {
  const runs = [run('production', planOf({ traffic, policy })), run('staging', planOf({ policy }))];
  assert.deepEqual(
    runs[1]?.findings.findings.map(({ code }) => code),
    ['MCP904'],
  );
  assert.deepEqual(merged(...runs), ['warn MCP109 production'], 'and the suppressed finding stays in the list');
});

test('one that none uses is', () => {
  assert.deepEqual(merged(run('production', planOf({ policy })), run('staging', planOf({ policy }))), ['warn MCP904 production+staging']);
});

test('an environment with a list of its own answers for it', () => {
  const other = { suppressions: [suppression('MCP111', 'gateway')] };
  assert.deepEqual(merged(run('production', planOf({ traffic, policy })), run('staging', planOf({ policy: other }))), [
    'warn MCP109 production',
    'warn MCP904 staging',
  ]);
});
