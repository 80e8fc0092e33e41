import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionOf, type Answer } from '#src/gateway/runtime/decision/conditions.js';
import type { ConditionTable } from '#src/gateway/runtime/tables/rules.js';

const IN: ConditionTable = { kind: 'in', values: ['a', 1, true] };
const GLOB: ConditionTable = { kind: 'matches', glob: 'report-*' };
const UNDER: ConditionTable = { kind: 'under', path: '/srv/public' };
const RANGE: ConditionTable = { kind: 'range', min: 1, max: 10 };
const LENGTH: ConditionTable = { kind: 'length', max: 3 };
const PRESENT: ConditionTable = { kind: 'present', is: true };
const MISSING: ConditionTable = { kind: 'present', is: false };

/** Arguments as JSON text, because that is how they come. */
const CASES: readonly (readonly [ConditionTable, args: string, Answer])[] = [
  [IN, '{"x":"a"}', 'yes'],
  [IN, '{"x":"b"}', 'no'],
  [IN, '{"x":1}', 'yes'],
  [IN, '{"x":1.0}', 'yes'],
  [IN, '{"x":"1"}', 'no'],
  [IN, '{"x":true}', 'yes'],
  [IN, '{"x":null}', 'unsure'],
  [IN, '{"x":["a"]}', 'unsure'],
  [IN, '{"x":9007199254740993}', 'unsure'],
  [IN, '{"x":1e400}', 'unsure'],
  [IN, '{}', 'no'],
  [{ kind: 'in', values: ['a'] }, '{"x":1}', 'unsure'],
  [GLOB, '{"x":"report-7"}', 'yes'],
  [GLOB, '{"x":"Report-7"}', 'no'],
  [GLOB, '{"x":7}', 'unsure'],
  [UNDER, '{"x":"/srv/public"}', 'yes'],
  [UNDER, '{"x":"/srv/public/"}', 'yes'],
  [UNDER, '{"x":"/srv/public/a/b.txt"}', 'yes'],
  [UNDER, '{"x":"/srv/publicity"}', 'no'],
  [UNDER, '{"x":"/etc/passwd"}', 'no'],
  [UNDER, '{"x":"/srv/public/../../etc/passwd"}', 'unsure'],
  [UNDER, '{"x":"/srv/public/%2e%2e/x"}', 'unsure'],
  [UNDER, '{"x":"/srv/public/..\\\\x"}', 'unsure'],
  [UNDER, '{"x":"/srv//public"}', 'unsure'],
  [UNDER, '{"x":"/srv/public/\\u0000"}', 'unsure'],
  [UNDER, '{"x":"srv/public"}', 'unsure'],
  [UNDER, '{"x":"/srv/public/..."}', 'yes'],
  [{ kind: 'under', path: '/' }, '{"x":"/etc"}', 'yes'],
  [{ kind: 'under', path: '/' }, '{"x":"etc"}', 'unsure'],
  [RANGE, '{"x":1}', 'yes'],
  [RANGE, '{"x":10}', 'yes'],
  [RANGE, '{"x":10.5}', 'no'],
  [RANGE, '{"x":1e400}', 'no'],
  [RANGE, '{"x":"5"}', 'unsure'],
  [{ kind: 'range', min: null, max: 9007199254740992 }, '{"x":9007199254740993}', 'unsure'],
  [LENGTH, '{"x":"abc"}', 'yes'],
  [LENGTH, '{"x":"abcd"}', 'no'],
  [LENGTH, '{"x":123}', 'unsure'],
  [PRESENT, '{"x":null}', 'yes'],
  [PRESENT, '{}', 'no'],
  [MISSING, '{}', 'yes'],
  [MISSING, '{"x":0}', 'no'],
  [MISSING, '[]', 'unsure'],
  [MISSING, '"x"', 'unsure'],
];

describe('a condition on an argument', () => {
  for (const [table, args, answer] of CASES) {
    it(`${JSON.stringify(table)} of ${args}: ${answer}`, () => assert.equal(conditionOf('x', table).holds(JSON.parse(args)), answer));
  }

  it('goes into objects by the dots of its name, and through nothing else', () => {
    const { holds } = conditionOf('a.b', { kind: 'in', values: ['v'] });
    assert.equal(holds({ a: { b: 'v' } }), 'yes');
    assert.equal(holds({ a: {} }), 'no');
    assert.equal(holds({}), 'no');
    assert.equal(holds(undefined), 'no');
    assert.equal(holds({ a: [{ b: 'v' }] }), 'unsure');
    assert.equal(holds({ a: 'v' }), 'unsure');
    assert.equal(holds({ 'a.b': 'v' }), 'no');
  });

  it('takes nothing that objects inherit for an argument', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'constructor.name']) {
      assert.equal(conditionOf(name, PRESENT).holds({}), 'no', name);
    }
  });
});
