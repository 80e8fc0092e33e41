/** What a config must not depend on shows as a difference between its two loads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loaded, refused } from './loading.js';

const DEPENDENCES: Readonly<Record<string, string>> = {
  'Date.now': 'Date.now()',
  'the day': 'new Date().toISOString().slice(0, 10)',
  'the hour': 'new Date().getHours()',
  'the weekday': 'new Date().getDay()',
  'Date as a function': 'Date()',
  'Date by its prototype': 'new (new Date(0).constructor as DateConstructor)().getFullYear()',
  'performance.now': 'Math.round(performance.now() / 1e7)',
  'Math.random': 'Math.random() > 0.5',
  'a choice of three': 'Math.floor(Math.random() * 3)',
  'crypto.randomUUID': 'crypto.randomUUID()',
  'process.pid': 'process.pid',
  'process.cwd': 'process.cwd()',
  'process.platform': 'process.platform',
  'a variable': 'process.env.MCPGEN_TEST_NOWHERE_SET ?? "fallback"',
  'a variable by destructuring': '(({ HOME = "none" }) => HOME)(process.env)',
  'a variable that is asked for': '"CI" in process.env',
  'import.meta.url': 'import.meta.url',
  'import.meta.dirname': 'import.meta.dirname',
};

/** `Temporal` is there from Node 26 on. */
const TEMPORAL: Readonly<Record<string, string>> = {
  'Temporal, the instant': 'Temporal.Now.instant().toString()',
  'Temporal, the day': 'Temporal.Now.plainDateISO().toString()',
  'Temporal, the hour': 'Temporal.Now.plainTimeISO().hour',
  'Temporal, the day in a zone': "Temporal.Now.zonedDateTimeISO('UTC').dayOfWeek",
  'Temporal, the day and time': 'Temporal.Now.plainDateTimeISO().month',
};

for (const [what, expression] of Object.entries({ ...DEPENDENCES, ...('Temporal' in globalThis ? TEMPORAL : {}) })) {
  test(`a dependence on ${what} is noticed`, async (t) => {
    const result = await loaded(t, `export default { same: 1, deep: [{ x: 1, y: ${expression} }] };`);
    assert.deepEqual(result.facts.difference, ['deep', 0, 'y']);
  });
}

test('a dependence inside a package is noticed, its need of the machine is not', async (t) => {
  const files = (body: string): Readonly<Record<string, string>> => ({
    'mcp.config.ts': "import { x } from 'dep';\nexport default { x };",
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": "./index.js" }',
    'node_modules/dep/index.js': body,
  });
  assert.deepEqual((await loaded(t, files('export const x = new Date().getFullYear();'))).facts.difference, ['x']);
  assert.equal((await loaded(t, files('export const x = process.platform;'))).facts.difference, null);
});

test('dates that are written down stay what they are', async (t) => {
  const result = await loaded(
    t,
    "export default { a: new Date('2027-03-01').toISOString(), b: Date.UTC(2027, 0), c: new Date(0) instanceof Date };",
  );
  assert.deepEqual(result.value, { a: '2027-03-01T00:00:00.000Z', b: 1798761600000, c: true });
  assert.equal(result.facts.difference, null);
});

test('the order of keys is no difference, that of a list is', async (t) => {
  const keys = await loaded(t, 'export default Math.random() < 0.5 ? { a: 1, b: 2 } : { b: 2, a: 1 };');
  assert.equal(keys.facts.difference, null);
  const list = await loaded(t, 'export default { l: Math.random() < 0.5 ? [1, 2] : [2, 1] };');
  assert.deepEqual(list.facts.difference, ['l', 0]);
});

test('a mistake that only the second load makes is told', async (t) => {
  const [diagnostic] = await refused(t, "if (Math.random() > 0.5) throw new Error('unlucky');\nexport default {};");
  assert.ok(diagnostic?.place.kind === 'location');
  assert.equal(diagnostic.place.location.column, 32);
  assert.match(diagnostic.help ?? '', /^only the second of two loads fails/);
});
