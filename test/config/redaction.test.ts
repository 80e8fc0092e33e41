import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRedaction, type RedactionStep } from '#src/config/redaction.js';
import { withSeeds } from '../support/random.js';

const name = (name: string): RedactionStep => ({ kind: 'name', name });
const anywhere = (name: string): RedactionStep => ({ kind: 'anywhere', name });
const index = (index: number): RedactionStep => ({ kind: 'index', index });
const each: RedactionStep = { kind: 'each' };

const TABLE: Readonly<Record<string, readonly RedactionStep[] | null>> = {
  ssn: [name('ssn')],
  'structuredContent.ssn': [name('structuredContent'), name('ssn')],
  '$.a.b': [name('a'), name('b')],
  '$..ssn': [anywhere('ssn')],
  '..ssn': [anywhere('ssn')],
  '.ssn': [name('ssn')],
  'structuredContent..ssn': [name('structuredContent'), anywhere('ssn')],
  'content[*].text': [name('content'), each, name('text')],
  'content[0]': [name('content'), index(0)],
  'content[999999]': [name('content'), index(999_999)],
  'a.*': [name('a'), each],
  '*': [each],
  '[*]': [each],
  '$[*]': [each],
  "['a b'].c": [name('a b'), name('c')],
  "$['x.y']['*']": [name('x.y'), name('*')],
  'a-b._c.$d': [name('a-b'), name('_c'), name('$d')],
  'a.$defs.x1': [name('a'), name('$defs'), name('x1')],
  'a.__proto__.constructor': [name('a'), name('__proto__'), name('constructor')],
  "['é']": [name('é')],
  '': null, $: null, '.': null, '..': null, '$.': null, '$$': null, '$a': null, 'a.': null, 'a..': null, 'a...b': null, '..*': null, '..[0]': null,
  'a b': null, ' a': null, 'a ': null, 'a\n': null, '1a': null, 'a.1': null, é: null,
  'a[': null, 'a[]': null, 'a]': null, 'a[-1]': null, 'a[1.5]': null, 'a[1000000000]': null, 'a[0:2]': null, 'a[?(@.x)]': null, 'a[0,1]': null,
  'a[x]': null, "a['']": null, "a['b]": null, 'a["b"]': null,
  'a[*': null, 'a.*b': null, 'a*': null,
};

describe('the paths of redact', () => {
  for (const [written, expected] of Object.entries(TABLE)) test(JSON.stringify(written), () => assert.deepEqual(parseRedaction(written), expected));

  const writeStep = (step: RedactionStep): string => {
    if (step.kind === 'each') return '[*]';
    if (step.kind === 'index') return `[${step.index}]`;
    return step.kind === 'anywhere' ? `..${step.name}` : `['${step.name}']`;
  };
  const write = (steps: readonly RedactionStep[]): string => steps.map(writeStep).join('');

  test('what is read is what was written, and nothing else is read', () => {
    withSeeds(2000, (random) => {
      const steps = Array.from({ length: 1 + random.below(5) }, (): RedactionStep => {
        const kind = random.pick(['name', 'anywhere', 'each', 'index'] as const);
        if (kind === 'each') return each;
        return kind === 'index' ? index(random.below(1_000_000)) : { kind, name: random.pick(['a', 'Ab1', '_x', '$y', 'a-b', '__proto__']) };
      });
      assert.deepEqual(parseRedaction(`$${write(steps)}`), steps);

      const noise = Array.from({ length: random.below(8) }, () => random.pick([...'.*[]\'$0a -"é\n'])).join('');
      const read = parseRedaction(noise);
      // Whatever was understood means the same when it is written out.
      if (read) assert.deepEqual(parseRedaction(`$${write(read)}`), read, JSON.stringify(noise));
    });
  });
});
