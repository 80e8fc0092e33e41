/** The rules over what the emitters really write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '#src/policy/rules/index.js';
import { secretLiteral } from '#src/policy/rules/access/secret-literal.js';
import { runRules } from '#src/policy/run.js';
import { emitPlan } from '#src/project.js';
import { examplePlan, image, npm } from '../support/example.js';
import { findingsOf, inputOf } from './support.js';

test('nothing that is generated looks like a secret, with references to many', async () => {
  const plan = examplePlan();
  assert.deepEqual(findingsOf(secretLiteral, plan, { documents: await emitPlan(plan, null) }), []);
});

test('a literal is found once, at its variable, with the files of every target that show it', async () => {
  const value = 'not so secret any more';
  const plan = examplePlan({ servers: { search: image({ env: { DB_PASSWORD: value } }) } });
  const findings = findingsOf(secretLiteral, plan, { documents: await emitPlan(plan, null) });
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['servers.search.env.DB_PASSWORD'],
  );
  const folders = new Set(findings[0]?.artefacts.map(({ file }) => file.split('/')[0]));
  assert.deepEqual([...folders].sort(), ['compose', 'fly', 'kubernetes']);
});

test('a literal of a stdio server is in the gateway’s tables', async () => {
  const plan = examplePlan({ servers: { files: npm('@acme/files@1.0.0', { command: ['files', '--token', 'hunter2hunter2'] }) } });
  const [finding] = findingsOf(secretLiteral, plan, { documents: await emitPlan(plan, null) });
  assert.equal(finding?.at, 'servers.files.command');
  assert.ok(finding?.artefacts.some(({ file }) => file === 'gateway/tables.js'));
});

test('every rule runs over everything', async () => {
  const plan = examplePlan();
  assert.ok(runRules(RULES, inputOf(plan, { documents: await emitPlan(plan, null) })).counts.rules === RULES.length);
});
