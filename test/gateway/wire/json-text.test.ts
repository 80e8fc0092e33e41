import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { elementTexts, memberText, replaceMember } from '#src/gateway/runtime/wire/json-text.js';
import { withSeeds, type Random } from '../../support/random.js';

const BIG = '12345678901234567890';

describe('JSON text', () => {
  it('field-03a a member is replaced in place, all else stays byte for byte', () => {
    const text = ` { "a" : [ ${BIG}, {"id":1} ],\t"id" : 9007199254740993 , "params":{"_meta":{ "progressToken":"\\u00e9" },"n":1.0e2} }\n`;
    assert.equal(replaceMember(text, ['id'], '"x"'), text.replace('9007199254740993', '"x"'));
    assert.equal(replaceMember(text, ['params', '_meta', 'progressToken'], '7'), text.replace('"\\u00e9"', '7'));
    assert.equal(memberText(text, ['id']), '9007199254740993');
    assert.equal(memberText(text, ['params', '_meta', 'progressToken']), '"\\u00e9"');
    assert.equal(memberText(text, ['params', 'n']), '1.0e2');
  });

  it('field-03a what is not there is null', () => {
    for (const path of [['x'], ['a', 'id'], ['id', 'x'], ['params', 'progressToken']]) {
      assert.equal(memberText('{"a":[{"id":1}],"id":7,"params":{}}', path), null);
      assert.equal(replaceMember('{"a":[{"id":1}],"id":7,"params":{}}', path, '0'), null);
    }
    for (const text of ['', '7', '[]', '"id"', '{', '{"id"', '{"id":', '{"id":"', '{"id" 1}', '{"id":}', '{"a":[,"id":1}', '{"a":{"id":1}']) {
      assert.equal(replaceMember(text, ['id'], '0'), null, text);
      assert.equal(memberText(text, ['id']), null, text);
    }
  });

  it('field-03a of two equal keys, however they are written, both are replaced and the last is read', () => {
    const text = '{"id":1,"\\u0069d":2,"params":{"t":1},"params":{"t":3,"t":4}}';
    assert.equal(replaceMember(text, ['id'], '9'), '{"id":9,"\\u0069d":9,"params":{"t":1},"params":{"t":3,"t":4}}');
    assert.equal(replaceMember(text, ['params', 't'], '9'), '{"id":1,"\\u0069d":2,"params":{"t":9},"params":{"t":9,"t":9}}');
    assert.equal(memberText(text, ['id']), '2');
    assert.equal(memberText(text, ['params', 't']), '4');
    assert.equal(memberText('{"params":{"t":1},"params":null}', ['params', 't']), null);
  });

  it('field-03a an array is cut into the texts of its elements', () => {
    assert.deepEqual(elementTexts(` [ {"id":${BIG}} , "],[" ,[1,[2]], 1.0 ] `), [`{"id":${BIG}}`, '"],["', '[1,[2]]', '1.0']);
    assert.deepEqual(elementTexts('[]'), []);
    for (const text of ['{}', '[1', '[1 2]', '']) assert.equal(elementTexts(text), null, text);
  });

  it('field-03a means what JSON.parse means, whatever the text (seeded)', () => {
    withSeeds(400, (random) => {
      const names = ['id', 'params', '_meta', 'a"\\b', '', '__proto__', 'ï'];
      const text = valueText(random, names, 4);
      const path = Array.from({ length: 1 + random.below(3) }, () => random.pick(names));
      const expected = path.reduce<unknown>((found, name) => (isRecord(found) && Object.hasOwn(found, name) ? found[name] : undefined), JSON.parse(text));
      const read = memberText(text, path);
      assert.deepEqual(read === null ? undefined : JSON.parse(read), expected);
      const replaced = replaceMember(text, path, BIG);
      if (expected === undefined) return;
      assert.ok(replaced);
      assert.equal(memberText(replaced, path), BIG);
      assert.equal(replaceMember(text, path, read as string) === null, false);
    });
  });

  it('field-03a ends with an answer on text that is no JSON (seeded)', () => {
    withSeeds(2000, (random) => {
      const text = Array.from({ length: random.below(40) }, () => random.pick(['{', '}', '[', ']', '"', '\\', ':', ',', 'id', '"id"', '1', ' ', '{"id":']))
        .join('');
      memberText(text, ['id', 'id']);
      replaceMember(text, ['id'], '0');
      elementTexts(text);
    });
  });
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function valueText(random: Random, names: readonly string[], depth: number): string {
  const space = (): string => random.pick(['', '', ' ', '\n\t']);
  const key = (): string => {
    const name = JSON.stringify(random.pick(names));
    return random.chance(0.2) ? name.replace('i', '\\u0069') : name;
  };
  const inner = (): string => space() + valueText(random, names, depth - 1) + space();
  const list = (one: () => string): string => Array.from({ length: random.below(4) }, one).join(',');
  if (depth > 0 && random.chance(0.7)) return `{${list(() => `${space()}${key()}${space()}:${inner()}`)}}`;
  if (depth > 0 && random.chance(0.3)) return `[${list(inner)}]`;
  return random.pick(['1', '-1.5e-7', BIG, 'null', 'true', '""', '"}]{["', '"\\\\\\""', '"\\u0022"', '{}', '[]']);
}
