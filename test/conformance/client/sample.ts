/** Arguments that a schema accepts, for calling a tool that is known by its schema alone. */
import { isObject, objectOr, type Json } from '../fixture/message.js';

const SAMPLES: Readonly<Record<string, unknown>> = { string: 'sample', number: 1, integer: 1, boolean: true, array: [], object: {}, null: null };

/** A value for each required property, or for each property. */
export function sampleOf(schema: unknown, which: 'required' | 'all' = 'required'): Json {
  const { properties, required } = objectOr(schema);
  const wanted = which === 'required' && Array.isArray(required) ? new Set(required) : null;
  const entries = Object.entries(objectOr(properties)).filter(([key]) => wanted === null || wanted.has(key));
  return Object.fromEntries(entries.map(([key, property]) => [key, isObject(property) ? (property['default'] ?? SAMPLES[String(property['type'])]) : null]));
}
