import assert from 'node:assert/strict';
import { test } from 'node:test';
import { egressUndeclared as rule } from '#src/policy/rules/access/egress-undeclared.js';
import { bareCommand, existing, image, npm } from '../../../support/example.js';
import { findingsOf, found, localPlanOf, planOf } from '../../support.js';

const SERVERS = {
  files: npm('@acme/files@1.0.0'),
  search: image(),
  said: image({ egress: 'any' }),
  shell: bareCommand(),
  there: existing('https://a.test/mcp'),
};
const targets = { compose: {} };

test('field-24a servers that run in production and do not say what they reach are named', () => {
  assert.deepEqual(found(rule, planOf({ servers: SERVERS, targets })), ['warn servers']);
  assert.match(findingsOf(rule, planOf({ servers: SERVERS, targets }))[0]?.message ?? '', /^files and search say nothing of egress/);
});

test('where it is developed, where nothing runs it, and where all say so, nothing is found', () => {
  assert.deepEqual(found(rule, localPlanOf({ servers: SERVERS, targets })), []);
  assert.deepEqual(found(rule, planOf({ servers: SERVERS })), []);
  assert.deepEqual(found(rule, planOf({ servers: { a: image({ egress: 'none' }), b: image({ egress: ['api.acme.com'] }) }, targets })), []);
});
