import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRedaction } from '#src/config/redaction.js';
import { pathsOf, redactJson } from '#src/gateway/runtime/answer/transform/redact.js';
import type { RedactionStep } from '#src/gateway/runtime/tables/pool.js';
import { randomOf, type Random } from '../../../support/random.js';

const steps = (...written: string[]): (readonly RedactionStep[])[] =>
  written.map((path) => {
    const parsed = parseRedaction(path);
    assert.ok(parsed, path);
    return parsed;
  });
const redact = (text: string, ...written: string[]): string => redactJson(text, pathsOf(steps(...written)));

describe('redaction of JSON text', () => {
  const CASES: readonly (readonly [name: string, text: string, paths: readonly string[], expected: string])[] = [
    ['a name', '{"result":{"a":1,"b":2}}', ['a'], '{"result":{"a":"[redacted]","b":2}}'],
    ['any kind of value', '{"result":{"a":{"x":[1,"}"]},"b":[[]],"c":null,"d":-1.5e+3,"e":true,"f":"\\"]"}}', ['a', 'b', 'c', 'd', 'e', 'f'],
      '{"result":{"a":"[redacted]","b":"[redacted]","c":"[redacted]","d":"[redacted]","e":"[redacted]","f":"[redacted]"}}'],
    [
      'each element',
      '{"result":{"content":[{"text":"x"},{"type":"image"},{"text":"y"}]}}',
      ['content[*].text'],
      '{"result":{"content":[{"text":"[redacted]"},{"type":"image"},{"text":"[redacted]"}]}}',
    ],
    ['each key', '{"result":{"a":{"x":1,"y":[2]}}}', ['a.*'], '{"result":{"a":{"x":"[redacted]","y":"[redacted]"}}}'],
    ['an index', '{"result":{"a":[1,2,3]}}', ['a[1]'], '{"result":{"a":[1,"[redacted]",3]}}'],
    ['an index is no key', '{"result":{"a":{"1":2}}}', ['a[1]'], '{"result":{"a":{"1":2}}}'],
    ['a name is no index', '{"result":{"a":[1,2]}}', ["a['1']"], '{"result":{"a":[1,2]}}'],
    [
      'anywhere, at the first level too',
      '{"result":{"ssn":1,"a":[{"ssn":{"ssn":2}},{"b":{"ssn":3}}]}}',
      ['$..ssn'],
      '{"result":{"ssn":"[redacted]","a":[{"ssn":"[redacted]"},{"b":{"ssn":"[redacted]"}}]}}',
    ],
    ['anywhere below a name', '{"result":{"ssn":1,"s":{"x":[{"ssn":2}]}}}', ['s..ssn'], '{"result":{"ssn":1,"s":{"x":[{"ssn":"[redacted]"}]}}}'],
    [
      'anywhere twice',
      '{"result":{"a":{"x":{"a":{"b":1}},"b":2},"b":3}}',
      ['..a..b'],
      '{"result":{"a":{"x":{"a":{"b":"[redacted]"}},"b":"[redacted]"},"b":3}}',
    ],
    ['anywhere, then each', '{"result":{"q":[{"rows":[1,2]}]}}', ['..rows[*]'], '{"result":{"q":[{"rows":["[redacted]","[redacted]"]}]}}'],
    ['a key in escapes', '{"result":{"s\\u0073n":1}}', ['ssn'], '{"result":{"s\\u0073n":"[redacted]"}}'],
    ['the result in escapes', '{"\\u0072esult":{"ssn":1}}', ['ssn'], '{"\\u0072esult":{"ssn":"[redacted]"}}'],
    [
      'both of a key that comes twice',
      '{"result":{"ssn":1},"result":{"ssn":2,"ssn":3}}',
      ['ssn'],
      '{"result":{"ssn":"[redacted]"},"result":{"ssn":"[redacted]","ssn":"[redacted]"}}',
    ],
    [
      'keys of the prototype',
      '{"result":{"__proto__":{"x":1},"constructor":2}}',
      ['__proto__.x', 'constructor'],
      '{"result":{"__proto__":{"x":"[redacted]"},"constructor":"[redacted]"}}',
    ],
    [
      'a batch',
      '[{"result":{"a":1}},{"method":"m","params":{"a":1}},{"result":{"a":2}}]',
      ['a'],
      '[{"result":{"a":"[redacted]"}},{"method":"m","params":{"a":1}},{"result":{"a":"[redacted]"}}]',
    ],
    [
      'numbers and white space are kept',
      ' { "id" : 12345678901234567890 ,\n"result":{ "n":1.0, "a" :\t[ ] , "z":1e400}\r\n} ',
      ['a'],
      ' { "id" : 12345678901234567890 ,\n"result":{ "n":1.0, "a" :\t"[redacted]" , "z":1e400}\r\n} ',
    ],
    ['no match', '{"result":{"a":1}}', ['b', 'a.b', 'a[*]', '..c'], '{"result":{"a":1}}'],
    ['errors pass', '{"id":1,"error":{"code":1,"data":{"ssn":1}}}', ['..ssn'], '{"id":1,"error":{"code":1,"data":{"ssn":1}}}'],
    [
      'what is no response passes',
      '{"method":"notifications/message","params":{"data":{"ssn":1}}}',
      ['..ssn'],
      '{"method":"notifications/message","params":{"data":{"ssn":1}}}',
    ],
    ['what is no message passes', '"result"', ['..ssn'], '"result"'],
    ['a result that is no object', '{"result":"text","x":0}', ['..ssn'], '{"result":"text","x":0}'],
    ['empty ones', '{"result":{"a":{},"b":[],"c":""}}', ['..x'], '{"result":{"a":{},"b":[],"c":""}}'],
    [
      'strings full of quotes and slashes',
      '{"result":{"a":"\\\\","b":"\\\\\\"","c":1}}',
      ['c', 'a'],
      '{"result":{"a":"[redacted]","b":"\\\\\\"","c":"[redacted]"}}',
    ],
  ];
  for (const [name, text, paths, expected] of CASES) {
    it(name, () => {
      assert.equal(redact(text, ...paths), expected);
    });
  }

  it('throws for what is no JSON, or deeper than it looks', () => {
    for (const text of ['', '{', '{"result":{"ssn":1}}x', "{'result':1}", 'NaN', '\ufeff{}']) assert.throws(() => redact(text, '..ssn'), SyntaxError, text);
    const deep = (depth: number): string => `{"result":${'['.repeat(depth)}{"ssn":1}${']'.repeat(depth)}}`;
    assert.ok(redact(deep(400), '..ssn').includes('[redacted]'));
    assert.throws(() => redact(deep(600), '..ssn'), RangeError);
    assert.throws(() => redact(deep(2_000_000), '..ssn'), RangeError);
    // What no path leads into need not be walked.
    assert.equal(redact(deep(600), 'other'), deep(600));
  });

  it('takes long strings and many steps without an end', () => {
    const long = 'x\\"'.repeat(1_000_000);
    assert.equal(redact(`{"result":{"a":"${long}","b":"${long}"}}`, 'b'), `{"result":{"a":"${long}","b":"[redacted]"}}`);
    const nested = `{"result":${'{"a":'.repeat(400)}1${'}'.repeat(400)}}`;
    assert.equal(redact(nested, '..a..a..a..a..a..b'), nested);
  });

  const seed = randomOf().seed;
  it(`leaves no match, and all else as it was (MCPGEN_SEED=${seed})`, () => {
    const random = randomOf(seed);
    for (let round = 0; round < 3000; round++) {
      const result = randomValue(random, 5);
      const before = { jsonrpc: '2.0', id: round, result };
      const path = randomPath(random);
      const out = redactJson(JSON.stringify(before, null, random.pick([undefined, 1])), pathsOf([path]));
      const why = `MCPGEN_SEED=${seed}, round ${round}: ${JSON.stringify(path)} of ${JSON.stringify(before)} gave ${out}`;
      assert.deepEqual(JSON.parse(out), { ...before, result: reference(result, path) }, why);
    }
  });
});

const KEYS = ['a', 'b', '0', '1', '__proto__', 'x"]}', 'é\\'];

function randomValue(random: Random, depth: number): unknown {
  const kind = random.below(depth > 0 ? 8 : 5);
  if (kind < 5) return [null, true, -1.5e-7, 'text "with\\ ]}', ''][kind];
  const length = random.below(4);
  if (kind === 5) return Array.from({ length }, () => randomValue(random, depth - 1));
  return Object.fromEntries(Array.from({ length }, () => [random.pick(KEYS), randomValue(random, depth - 1)]));
}

function randomPath(random: Random): RedactionStep[] {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const kind = random.pick(['name', 'anywhere', 'each', 'index'] as const);
    if (kind === 'each') return { kind };
    return kind === 'index' ? { kind, index: random.below(2) } : { kind, name: random.pick(KEYS) };
  });
}

/** The same over values, as plainly as can be. A path that has ended takes the value with all below. */
function reference(value: unknown, path: readonly RedactionStep[]): unknown {
  const named = new Map<string, unknown>();
  select(value, path, '', (at) => named.set(at, true));
  const rebuild = (node: unknown, at: string): unknown => {
    if (named.has(at)) return '[redacted]';
    if (Array.isArray(node)) return node.map((child, i) => rebuild(child, `${at}/${i}`));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, rebuild(child, `${at}/${JSON.stringify(key)}`)]));
  };
  return rebuild(value, '');
}

function select(node: unknown, [step, ...rest]: readonly RedactionStep[], at: string, found: (at: string) => void): void {
  if (!step) return found(at);
  if (typeof node !== 'object' || node === null) return;
  const isArray = Array.isArray(node);
  for (const [key, child] of Object.entries(node)) {
    const below = `${at}/${isArray ? key : JSON.stringify(key)}`;
    const isMeant = step.kind === 'each' || (step.kind === 'index' ? isArray && Number(key) === step.index : !isArray && key === step.name);
    if (isMeant) select(child, rest, below, found);
    if (step.kind === 'anywhere') select(child, [step, ...rest], below, found);
  }
}
