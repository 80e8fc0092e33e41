import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGETS } from '#src/emit/types.js';
import { documentsRead } from '#src/policy/documents.js';
import { imageUnpinned } from '#src/policy/rules/containers/image-unpinned.js';
import { RULES } from '#src/policy/rules/index.js';
import { secretLiteral } from '#src/policy/rules/access/secret-literal.js';
import type { Rule } from '#src/policy/types.js';
import { planOf } from './support.js';

const OFF = planOf({ policy: { severities: [{ rule: 'secret-literal', severity: 'off', from: 'policy.rules.secret-literal' }] } });
const MILD = planOf({ policy: { severities: [{ rule: 'secret-literal', severity: 'info', from: 'policy.rules.secret-literal' }] } });

test('only documents that a rule reads are wanted', () => {
  assert.deepEqual(documentsRead(RULES, planOf()), TARGETS);
  assert.deepEqual(documentsRead([imageUnpinned], planOf()), [], 'asked for alone, a rule that reads the plan needs none');
  assert.deepEqual(documentsRead([secretLiteral], planOf()), TARGETS);
});

test('each is wanted once, in the order of the targets', () => {
  const reading = (...reads: Rule['reads']): Rule => ({ ...imageUnpinned, reads, check: () => [] });
  assert.deepEqual(documentsRead([reading('plan', 'fly', 'nginx'), reading('nginx', 'today')], planOf()), ['nginx', 'fly']);
});

test('a rule that is turned off reads none; one that is only turned down still does', () => {
  assert.deepEqual(documentsRead(RULES, OFF), []);
  assert.deepEqual(documentsRead(RULES, MILD), TARGETS);
});

test('a rule that cannot be turned off reads on', () => {
  const firm: Rule = { ...imageUnpinned, code: 'MCP205', slug: 'secret-literal', suppressible: false, reads: ['compose'], check: () => [] };
  assert.deepEqual(documentsRead([firm], OFF), ['compose']);
});
