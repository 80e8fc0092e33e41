import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originWildcard as rule } from '#src/policy/rules/origins/origin-wildcard.js';
import { runRules } from '#src/policy/run.js';
import {
  exact,
  findingsOf,
  found,
  inputOf,
  localPlanOf,
  origin,
  planOf,
  rejected,
  subdomains,
  suppression,
  withOrigins,
} from '../../support.js';

const star = origin('everyone', rejected('https://*', 'wildcard'));
const preset = origin('open', { kind: 'any-https' }, 'any-https');

test('a rejected wildcard and the preset are found', () => {
  assert.deepEqual(found(rule, withOrigins(star, preset)), ['error origins.everyone', 'error origins.open']);
});

test('a message quotes what was written', () => {
  assert.match(
    findingsOf(rule, withOrigins(star))[0]?.message ?? '',
    /origin "https:\/\/\*" would let every page call; it matches nothing/,
  );
});

test('exact origins, subdomains and other faults are not', () => {
  assert.deepEqual(
    found(
      rule,
      withOrigins(origin('a', exact('https://a.test')), origin('b', subdomains('b.test')), origin('c', rejected('null', 'null'))),
    ),
    [],
  );
});

test('on loopback it is a warning', () => {
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [preset] } })), ['warn origins.open']);
});

test('the preset can be suppressed, and what matches nothing cannot', () => {
  const suppressions = [
    suppression('origin-wildcard', 'origins.open'),
    suppression('MCP102', 'origins.everyone', { from: 'policy.suppress.1' }),
  ];
  const { findings, suppressed, exceptions } = runRules(
    [rule],
    inputOf(planOf({ traffic: { origins: [star, preset] }, policy: { suppressions } })),
  );
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['origins.everyone'],
  );
  assert.deepEqual(
    suppressed.map(({ at }) => at),
    ['origins.open'],
  );
  assert.deepEqual(
    exceptions.map(({ fate }) => fate),
    ['used', 'refused'],
  );
});
