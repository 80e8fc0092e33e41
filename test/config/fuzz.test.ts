/** Whatever a config file may yield, what comes back is a list of diagnostics or a plan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planConfig } from '#src/compile.js';
import { validate } from '#src/config/validate.js';
import { resolve } from '#src/plan/resolve.js';
import { KEYS } from './keys.js';
import { withSeeds, type Random } from '../support/random.js';
import { BASE, withAt, type Json } from './support.js';

const WORDS = [
  ...['name', 'servers', 'kind', 'http', 'stdio', 'web', 'app', 'image', 'origins', 'match', 'client', 'path', 'secret', 'A_KEY', '4mb', '30s'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', '', '*', 'null'],
];
const SCALARS: readonly unknown[] = [...WORDS, null, true, false, 0, -1, 1.5, 1e21, 2 ** 53, '\0', '\n', '🙂', '\ud800', 'x'.repeat(5000), undefined];

/** Any JSON, and what is nearly that: holes, keys that objects have already, deep nesting. */
function anything(random: Random, depth: number): unknown {
  const { below, pick } = random;
  if (depth === 0 || below(3) === 0) return pick(SCALARS);
  const inner = () => anything(random, depth - 1);
  if (below(3) === 0) return Array.from({ length: below(4) }, inner);
  const object = {};
  for (let i = below(5); i > 0; i--) Object.defineProperty(object, pick(WORDS), { value: inner(), enumerable: true, writable: true, configurable: true });
  return object;
}

/** The base with a few places changed to what may or may not belong there. */
function changed(random: Random): Json {
  const { below, pick } = random;
  let config = BASE;
  for (let i = 1 + below(4); i > 0; i--) {
    const path = pick(Object.keys(KEYS));
    const { good, bad, unseen } = KEYS[path] ?? { good: [], bad: [], unseen: [] };
    config = withAt(config, path, pick([anything(random, 2), ...good.map(([written]) => written), ...bad, ...unseen]));
  }
  return config;
}

/** Diagnostics are whole: something is said, about a place that the config has or lacks in what it has. */
function check(value: unknown): void {
  const validated = validate(value);
  if (validated.ok) {
    assert.deepEqual(validate(value), validated, 'twice the same');
    const resolved = resolve(validated.model, null);
    assert.ok(resolved.ok || resolved.diagnostics.length > 0);
    return;
  }
  assert.ok(validated.diagnostics.length > 0);
  const seen = new Set<string>();
  for (const diagnostic of validated.diagnostics) {
    assert.ok(diagnostic.message !== '' && diagnostic.place.kind === 'path', JSON.stringify(diagnostic));
    assert.ok(has(value, diagnostic.place.path), `there is no ${diagnostic.place.path.join('.')}: ${diagnostic.message}`);
    const key = JSON.stringify(diagnostic);
    assert.ok(!seen.has(key), `said twice: ${key}`);
    seen.add(key);
  }
}

/** The place itself, or where it would be. */
function has(root: unknown, path: readonly (string | number)[]): boolean {
  const inner = path.slice(0, -1).reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Json)[key] : undefined),
    root,
  );
  return path.length === 0 || (typeof inner === 'object' && inner !== null);
}

test('anything', () => {
  withSeeds(300, (random) => {
    const value = anything(random, 5);
    check(value);
    planConfig(value);
  });
});

test('a config with a few places changed', () => {
  withSeeds(200, (random) => check(changed(random)));
});

test('environments of anything', () => {
  withSeeds(100, (random) => {
    planConfig({ ...BASE, environments: { staging: anything(random, 4), production: changed(random) } });
    planConfig({ ...BASE, environments: anything(random, 3) });
  });
});

test('objects that have no text, wherever a scalar belongs', () => {
  const textless = { toString: 1, valueOf: 1 };
  for (const path of Object.keys(KEYS)) {
    assert.doesNotThrow(() => validate(withAt(BASE, path, textless)), path);
  }
});

test('nesting far beyond any config', () => {
  let deep: unknown = 'end';
  for (let i = 0; i < 2000; i++) deep = i % 2 === 0 ? [deep] : { servers: deep };
  check({ ...BASE, gateway: deep });
  planConfig({ ...BASE, environments: { staging: deep } });
});
