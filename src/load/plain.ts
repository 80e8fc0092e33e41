import { types } from 'node:util';
import type { ConfigPath, PathSegment } from '../diagnostics/diagnostic.js';

/** A part of a value that is not plain data, and what it is instead. */
export interface Impurity {
  readonly path: ConfigPath;
  readonly what: string;
}

/** Every part of a value that is not plain data. A part that is used in several places is reported at the first of them. */
export function impurities(value: unknown): readonly Impurity[] {
  const found: Impurity[] = [];
  const seen = new Set<object>();
  const enclosing = new Set<object>();

  const visit = (part: unknown, path: ConfigPath): void => {
    const what = notPlain(part);
    if (what !== null) found.push({ path, what });
    else if (typeof part === 'object' && part !== null) visitObject(part, path);
  };

  const visitObject = (part: object, path: ConfigPath): void => {
    if (enclosing.has(part)) {
      found.push({ path, what: 'a reference to something it is itself part of' });
      return;
    }
    if (seen.has(part)) return;
    seen.add(part);
    enclosing.add(part);
    for (const key of Reflect.ownKeys(part)) {
      const property = Object.getOwnPropertyDescriptor(part, key);
      if (property?.enumerable !== true) continue;
      const inner = [...path, segment(part, key)];
      if (typeof key === 'symbol') found.push({ path, what: `a property named by a symbol (${String(key)})` });
      else if (property.get !== undefined || property.set !== undefined) found.push({ path: inner, what: 'a getter or setter' });
      else visit(property.value, inner);
    }
    enclosing.delete(part);
  };

  visit(value, []);
  return found;
}

/** A copy in ordinary objects. A config may hold a module (`import * as servers`), which cannot be sent to another thread. */
export function plainCopy(value: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const entries = Object.entries(value).map(([key, part]) => [key, plainCopy(part, copies)] as const);
  const copy = Array.isArray(value)
    ? Object.assign(new Array<unknown>(value.length), Object.fromEntries(entries))
    : Object.fromEntries(entries);
  copies.set(value, copy);
  return copy;
}

function segment(owner: object, key: string | symbol): PathSegment {
  return Array.isArray(owner) && typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : String(key);
}

function notPlain(value: unknown): string | null {
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` (${value.name})`}`;
  if (typeof value === 'symbol') return `a symbol (${String(value)})`;
  if (typeof value === 'bigint') return `a bigint (${value}n)`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `the number ${value}`;
  if (typeof value !== 'object' || value === null) return null;
  // This comes before any other question, because a proxy may answer with anything. It cannot be cloned either.
  if (types.isProxy(value)) return 'a Proxy';
  if (types.isPromise(value)) return 'a promise that was not awaited';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || (Array.isArray(value) && prototype === Array.prototype)) return null;
  return `an instance of ${className(prototype)}`;
}

function className(prototype: unknown): string {
  const constructor: unknown = Object.getOwnPropertyDescriptor(Object(prototype), 'constructor')?.value;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class';
}
