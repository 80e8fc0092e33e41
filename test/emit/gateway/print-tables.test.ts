import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { printTables } from '#src/emit/gateway/print-tables.js';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { withSeeds, type Random } from '../../support/random.js';
import { planOf } from '../../support/planned.js';
import { FULL } from '../../plan/support.js';

const TEXTS = [
  ...['', 'a', '"', "'", '\\', '`', '${x}', '</script>', '//', '/*', '*/', '\n', '\r', '\u2028', '\u2029', '\0', '🙂'],
  ...['x'.repeat(200), '__proto__', 'constructor'],
];

/** Keys without escapes. Node 26.10 sometimes reads `{"a":{"\\r":1},"b":{"\\\\":1}}` with a wrong key, so keys with escapes are not parsed here. */
const KEYS = TEXTS.filter((text) => JSON.stringify(text).length === text.length + 2);

function anything(random: Random, depth: number): unknown {
  const { below, pick } = random;
  if (depth === 0 || below(3) === 0) return pick([...TEXTS, 0, -0.5, 1e21, true, false, null]);
  if (below(2) === 0) return Array.from({ length: below(6) }, () => anything(random, depth - 1));
  const object = {};
  for (let i = below(6); i > 0; i--) {
    const value = anything(random, depth - 1);
    Object.defineProperty(object, pick(KEYS), { value, enumerable: true, writable: true, configurable: true });
  }
  return object;
}

const evaluated = (text: string): Promise<{ readonly TABLES: unknown }> =>
  import(`data:text/javascript,${encodeURIComponent(`export const TABLES = ${text};`)}`);

describe('printed tables', () => {
  test('are an expression of the same value', () => {
    withSeeds(400, (random) => {
      const value = anything(random, 5);
      assert.equal(JSON.stringify(runInNewContext(`(${printTables(value)})`)), JSON.stringify(value));
    });
  });

  test('fit a line where they can, and are cut where they cannot', () => {
    const route = ['/mcp/search', { kind: 'mcp', server: 'search', origins: 'app', methods: ['DELETE', 'GET', 'POST'] }];
    assert.equal(printTables({ name: 'acme', empty: {}, none: [] }), '{ name: "acme", empty: {}, none: [] }');
    const line = '\t\t["/mcp/search", { kind: "mcp", server: "search", origins: "app", methods: ["DELETE", "GET", "POST"] }]';
    assert.equal(printTables({ name: 'acme', routes: [route, route] }), ['{', '\tname: "acme",', '\troutes: [', `${line},`, line, '\t]', '}'].join('\n'));
  });

  test('are the tables when the gateway loads them', async () => {
    const tables = gatewayTables(planOf(FULL));
    assert.deepEqual((await evaluated(printTables(tables))).TABLES, tables);
  });

  test('hold names that objects have already as data, and text of any kind as text', async () => {
    // A variable that nothing fills in is refused by the config.
    const hostile = TEXTS.filter((text) => !text.includes('\0')).map((text) => text.replace(/\$(?=\{?\w)/g, '$ '));
    const env = Object.fromEntries(hostile.map((text, i) => [`V${i}`, text]));
    const plan = planOf({
      name: 'acme',
      servers: { constructor: { kind: 'stdio', command: ['x', ...hostile.filter((text) => text !== '')], env: { ...env, constructor: 'x', toString: 'y' } } },
      strategies: { tostring: { balance: 'round-robin' } },
      auth: { clients: { constructor: { keys: [{ secret: 'K' }], permissions: ['constructor', '__proto__'] } } },
      tenants: { constructor: { match: { client: 'constructor' }, servers: '*' } },
    });
    const tables = gatewayTables(plan);
    const loaded = (await evaluated(printTables(tables))).TABLES;
    assert.deepEqual(loaded, tables);
    assert.equal(Object.getPrototypeOf(loaded), Object.prototype);
  });

  test('have no key that a user chose: those are in pairs, where none can be the prototype', () => {
    const chosen = new Set([...Object.keys(FULL['servers'] as object), ...Object.keys(FULL['tenants'] as object), 'app', 'previews', 'ROOT', 'ZONE']);
    const keys = new Set<string>();
    JSON.stringify(gatewayTables(planOf(FULL)), (_, value: unknown) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) for (const inner of Object.keys(value)) keys.add(inner);
      return value;
    });
    assert.deepEqual([...keys].filter((key) => chosen.has(key)), []);
  });
});
