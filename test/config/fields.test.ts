/** What the schema says about places beyond their shape: complete, and the same wherever a place is described twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { FIELDS, placesThatMean } from '#src/config/fields.js';
import { SECTIONS } from '#src/config/sections.js';
import { later, object } from '#src/config/schema/later.js';

type Definition = z.core.$ZodTypes['_zod']['def'];
const definitionOf = (schema: z.core.$ZodType): Definition => (schema as z.core.$ZodTypes)._zod.def;

/** Whether a value of the schema is an object with keys of its own, whatever it becomes. */
function isOfKeys(schema: z.core.$ZodType): boolean {
  const definition = definitionOf(schema);
  return definition.type === 'pipe' ? isOfKeys(definition.in) : definition.type === 'object';
}

test('every kind of schema that the language is made of is walked', () => {
  const LEAVES = ['string', 'number', 'boolean', 'literal', 'enum'];
  const WALKED = ['object', 'record', 'array', 'union', 'optional', 'default', 'prefault', 'pipe'];
  const kinds = new Set(FIELDS.map(({ schema }) => definitionOf(schema).type));
  assert.deepEqual([...kinds].filter((kind) => !LEAVES.includes(kind) && !WALKED.includes(kind)), []);
});

test('a reference is to what a section declares', () => {
  for (const [place, what] of placesThatMean('refersTo')) assert.ok(SECTIONS.has(what), `${place} refers to a ${what}`);
});

test('a section is declared once, and not below a name', () => {
  const sections = [...placesThatMean('section')];
  assert.equal(new Set(sections.map(([, { what }]) => what)).size, sections.length);
  assert.deepEqual(sections.filter(([place]) => /[*#]/.test(place)), []);
});

test('every union that has objects says what an environment does with it', () => {
  const replacing = placesThatMean('replacing');
  const silent = FIELDS.filter(({ schema, pattern }) => {
    const definition = definitionOf(schema);
    return definition.type === 'union' && definition.options.some(isOfKeys) && !replacing.has(pattern);
  });
  assert.deepEqual(silent.map(({ pattern }) => pattern), []);
});

test('the members of a union mean the same by a key that they share', () => {
  for (const sort of ['refersTo', 'replacing', 'section'] as const) {
    const [once, several] = [placesThatMean(sort), FIELDS.filter(({ meaning }) => meaning[sort] !== undefined)];
    for (const { pattern, meaning } of several) assert.deepEqual(meaning[sort], once.get(pattern), pattern);
  }
});

test('what is later is in no shape: neither the types nor validation take it', () => {
  type Shape = typeof shape.shape;
  const shape = object({ now: object({}), soon: later('I') });
  const IS_TYPED: ['now' extends keyof Shape ? true : false, 'soon' extends keyof Shape ? true : false] = [true, false];
  assert.deepEqual(IS_TYPED, [Object.hasOwn(shape.shape, 'now'), Object.hasOwn(shape.shape, 'soon')]);
});
