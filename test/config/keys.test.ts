/** Every key that is supported: what it takes lands in the model, what it does not take is refused where it stands. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { placesThatMean } from '#src/config/fields.js';
import type { Diagnostic } from '#src/diagnostics/diagnostic.js';
import type { Key } from './key-forms.js';
import { KEYS } from './keys.js';
import { BASE, diagnosticsOf, modelOf, pathOf, patternOf, PATTERNS, said, valueAt, withAt } from './support.js';

test('the config that has something of everything is valid', () => {
  assert.deepEqual(said(BASE), []);
});

/** Whether a place holds one of several kinds of object, or a list or map of them: no test can set a key of such an object alone. */
const KINDS = placesThatMean('replacing');
const holdsKinds = (pattern: string): boolean => ['', '.#', '.*'].some((step) => KINDS.has(`${pattern}${step}`));

/** The places below `path` at which a value has something. */
function placesIn(value: unknown, path: string): readonly string[] {
  return typeof value === 'object' && value !== null ? [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, `${path}.${key}`))] : [path];
}

test('every key of the schema has a row in the table, or is in what the row of its kinds takes; no other key has one', () => {
  const rows = Object.keys(KEYS).map(patternOf);
  const inRows = Object.entries(KEYS).flatMap(([path, { good }]) =>
    holdsKinds(patternOf(path)) ? good.flatMap(([written]) => placesIn(written, path).map(patternOf)) : [],
  );
  const covered = new Set([...rows, ...inRows]);
  const keys = [...PATTERNS].filter((pattern) => !/\.[*#]$/.test(pattern));
  assert.ok(keys.length > 200, 'the keys of the schema are found');
  assert.deepEqual(keys.filter((key) => !covered.has(key)), [], 'keys that no test looks at');
  assert.deepEqual(rows.filter((row) => !PATTERNS.has(row)), [], 'keys that are not in the schema');
});

/** What is said of a value of the table; each is asked for twice. */
function refusals(path: string, written: unknown): readonly Diagnostic[] {
  const key = `${path}: ${JSON.stringify(written)}`;
  const found = known.get(key) ?? diagnosticsOf(withAt(BASE, path, written));
  known.set(key, found);
  return found;
}
const known = new Map<string, readonly Diagnostic[]>();

const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.');
const partOf = (path: string): string => path.replace(/^(servers\.[^.]+|[^.]+).*/, '$1');

/** One test for each part of the language; what is wrong in it is listed, key by key. */
function forEachKey(what: string, wrong: (path: string, key: Key) => readonly string[]): void {
  describe(what, () => {
    const parts = new Set(Object.keys(KEYS).map(partOf));
    for (const part of parts) {
      const keys = Object.entries(KEYS).filter(([path]) => partOf(path) === part);
      test(part, () => assert.deepEqual(keys.flatMap(([path, key]) => wrong(path, key)), []));
    }
  });
}

forEachKey('a value that is taken lands in the model', (path, { good, lands = path }) =>
  good.flatMap(([written, model]) => {
    const config = withAt(BASE, path, written);
    const refused = said(config).map((one) => `${path}: ${JSON.stringify(written)}: ${one}`);
    if (refused.length > 0) return refused;
    const landed = valueAt(modelOf(config), lands);
    return isDeepStrictEqual(landed, model) ? [] : [`${path}: ${JSON.stringify(landed)}`];
  }),
);

forEachKey('a value that is not taken is refused where it stands, and nothing else is', (path, { bad, unseen }) =>
  [...bad, ...unseen].flatMap((written) => {
    const found = refusals(path, written);
    const label = `${path}: ${JSON.stringify(written)}`;
    if (found.length === 0) return [`${label} is taken`];
    return found.filter((diagnostic) => !isAt(pathOf(diagnostic), path)).map((diagnostic) => `${label}: ${pathOf(diagnostic)}: ${diagnostic.message}`);
  }),
);

/** Below the key, or at what it is missing from. */
function isAt(place: string, path: string): boolean {
  return place === path || place.startsWith(`${path}.`) || place === parentOf(path);
}

test('a bare number where a unit belongs is told so', () => {
  const isUnit = ({ good }: Key): boolean => good.length > 0 && good.every(([written, model]) => typeof written === 'string' && typeof model === 'number');
  const units = Object.entries(KEYS).filter(([, key]) => isUnit(key));
  assert.ok(units.length > 20, 'the units of the table are found');
  for (const [path] of [...units, ['gateway.limits.perAddress'], ['tenants.acme.rate']]) {
    const [diagnostic] = diagnosticsOf(withAt(BASE, path as string, 30));
    assert.match(diagnostic?.message ?? '', /^expected .+, such as ".+"; a bare 30 does not say which unit$/, path as string);
  }
});

test('messages are in the language of the config', () => {
  const OTHER = /Invalid|Too (small|big)|\btuple\b|\brecord\b|\bundefined\b|\[object|expected (object|array)\b|^"\d+" is missing/;
  const messages = Object.entries(KEYS).flatMap(
    ([path, { bad, unseen }]) => [...bad, ...unseen].flatMap((written) => refusals(path, written).map(({ message }) => message)),
  );
  assert.deepEqual([...new Set(messages)].filter((message) => OTHER.test(message)), []);
});

test('a count that is too large is told the limit', () => {
  const MOST = { 'gateway.replicas': 1000, 'servers.web.replicas': 1000, 'servers.web.dev.instances': 64, 'gateway.limits.streams': 1_000_000 };
  for (const [path, most] of Object.entries(MOST)) {
    const [diagnostic] = diagnosticsOf(withAt(BASE, path, most + 1));
    assert.equal(diagnostic?.message, `expected at most ${most}`, path);
  }
});

describe('an unknown key is refused with the key that was meant', () => {
  const objects = Object.entries(KEYS).filter(
    ([path, { bad }]) => bad.includes(5) && typeof valueAt(BASE, path) === 'object' && !Array.isArray(valueAt(BASE, path)),
  );
  const isMap = (path: string): boolean => PATTERNS.has(`${patternOf(path)}.*`);
  const places = ['', ...objects.map(([path]) => path), 'servers.there', 'origins.more'].filter((path) => !isMap(path) && path !== 'origins.app');
  for (const place of places) {
    const known = Object.keys(KEYS).filter((path) => parentOf(path) === place).map((path) => path.slice(place.length).replace('.', ''));
    test(place || 'the config', () => {
      for (const key of known) {
        const path = place === '' ? `${key}z` : `${place}.${key}z`;
        const [diagnostic, ...more] = diagnosticsOf(withAt(BASE, path, 1)).filter((one) => pathOf(one) === path);
        assert.equal(diagnostic?.code, 'unknown-key', path);
        assert.deepEqual(diagnostic.place, { kind: 'path', path: path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)), key: true });
        assert.deepEqual(more, []);
        const [, guess] = /; did you mean "(.+)"\?$/.exec(diagnostic.message) ?? [];
        assert.ok(guess !== undefined && (known.includes(guess) || guess.startsWith(key)), diagnostic.message);
      }
    });
  }

  test('one that is near no other is shown what there is', () => {
    const [diagnostic] = diagnosticsOf(withAt(BASE, 'strategies.even.unlike', 1));
    assert.equal(diagnostic?.message, '"unlike" is not a key of strategies.even');
    assert.equal(diagnostic?.help, 'keys here: balance, retries, timeouts, breaker, ejection, by, prefer');
  });
});

test('a missing key is said at what it is missing from', () => {
  const REQUIRED: Readonly<Record<string, string>> = {
    name: 'the config', servers: 'the config', 'servers.web.kind': 'servers.web', 'servers.tool.command': 'servers.tool',
    'servers.web.health.path': 'servers.web.health', 'gateway.traces.otlp': 'gateway.traces', 'servers.web.dev.command': 'servers.web.dev',
    'servers.there.instances.0.url': 'servers.there.instances.0', 'servers.web.volumes.0.name': 'servers.web.volumes.0',
    'servers.web.volumes.0.path': 'servers.web.volumes.0', 'servers.web.volumes.0.size': 'servers.web.volumes.0', 'tenants.acme.match': 'tenants.acme',
    'strategies.even.balance': 'strategies.even', 'auth.clients.ci.keys': 'auth.clients.ci', 'auth.jwt.issuer': 'auth.jwt', 'auth.lookup.url': 'auth.lookup',
    'servers.asked.upstream.exchange.grant': 'servers.asked.upstream.exchange', 'tenants.acme.forward.signed.secret': 'tenants.acme.forward.signed',
    'targets.fly.region': 'targets.fly',
    'policy.suppress.0.rule': 'policy.suppress.0', 'policy.suppress.0.path': 'policy.suppress.0', 'policy.suppress.0.reason': 'policy.suppress.0',
    'policy.expect.0.request': 'policy.expect.0', 'policy.expect.0.decision': 'policy.expect.0',
  };
  for (const [path, owner] of Object.entries(REQUIRED)) {
    // Keys that are there with no value are what spreads of optional fragments leave behind.
    const found = diagnosticsOf(withAt(BASE, path, undefined));
    assert.deepEqual(found.map(({ code }) => code), ['missing'], path);
    assert.match(found[0]?.message ?? '', new RegExp(`^"${path.split('.').at(-1)}" is missing from ${owner.replaceAll('.', '\\.')}`), path);
  }
});

test('a config that is no object is told so', () => {
  for (const [value, what] of [[null, 'null'], [[], 'a list'], ['x', '"x"'], [5, '5'], [undefined, 'nothing']] as const) {
    const [diagnostic, ...more] = diagnosticsOf(value);
    assert.equal(diagnostic?.message, `expected an object; got ${what}`);
    assert.deepEqual(more, []);
  }
});

test('defaults', () => {
  const model = modelOf({ name: 'acme', servers: { web: { kind: 'http', image: 'web' }, tool: { kind: 'stdio', command: ['tool'] } } });
  const MI = 2 ** 20;
  // What is left out here comes from the kind of the server, in the plan.
  const resources = { requests: {}, limits: {} };
  const CHILD_LIMITS = { processes: 8, memory: 256 * MI, line: 4 * MI, idle: 600_000 };
  const headers = { set: {}, remove: [] };
  const transform = { request: { ...headers, pass: [] }, response: { ...headers, redact: [] } };
  const common = {
    labels: {}, strategy: 'round-robin', public: true, replicas: 1, resources, env: {}, volumes: [], revision: 'auto', transform, permissions: {},
  };
  assert.deepEqual(model, {
    name: 'acme',
    labels: {},
    gateway: {
      hosts: [],
      listen: { port: 8080 },
      replicas: 1,
      workers: 1,
      resources,
      trustedProxies: [],
      requireOrigin: false,
      originFallback: 'none',
      limits: {
        body: 4 * MI, headers: 2 ** 14, depth: 64, streams: 2000, sessions: 10_000, perAddress: { tokens: 100, window: 1000 }, toolNames: 64,
        perClient: { fromEnvironment: false },
      },
      timeouts: { connect: 2000, firstByte: 60_000, response: 600_000, idleStream: 300_000, keepAlive: 15_000, drain: 25_000 },
      revisions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
      sessionKeys: [],
      sessionTtl: 86_400_000,
      tls: { at: 'platform' },
      cors: { credentials: false, maxAge: 600_000, exposeHeaders: [], allowHeaders: [] },
      headers: { csp: "default-src 'none'; frame-ancestors 'none'", frame: 'DENY', referrer: 'no-referrer' },
      log: { level: 'info', requests: true, audit: true },
    },
    auth: { clients: {}, environmentKeys: false },
    servers: {
      web: { kind: 'http', ...common, image: 'web', port: 8000, path: '/mcp', stateful: false },
      tool: { kind: 'stdio', ...common, command: ['tool'], args: [], sharing: 'session', limits: CHILD_LIMITS },
    },
    origins: {},
    tenants: {},
    strategies: {},
    targets: {},
    images: {},
    policy: { rules: {}, suppress: [], expect: [] },
  });
});

test('defaults of targets and of what is off until it is named', () => {
  const model = modelOf({ ...BASE, targets: { nginx: {}, compose: {}, kubernetes: {}, fly: { region: 'ord' } } });
  assert.deepEqual(model.targets, {
    nginx: { version: '1.30', mode: 'edge', run: 'container' },
    compose: { publish: { address: '127.0.0.1' } },
    kubernetes: { version: '1.34', clusterDomain: 'cluster.local', exposure: { kind: 'none' }, pullSecrets: [] },
    fly: { region: 'ord', vm: { size: 'shared-cpu-1x', memory: 512 * 2 ** 20 }, scaleToZero: false },
  });
  assert.deepEqual(model.gateway.admin, { port: 9180 });
  const times = { every: 30_000, timeout: 10_000, startup: 60_000 };
  assert.deepEqual(valueAt(model, 'servers.web.health'), { path: '/health', method: 'GET', status: 200, ...times });
  assert.deepEqual(valueAt(model, 'servers.asked.health'), { mcp: 'ping', ...times });
  assert.deepEqual(valueAt(model, 'servers.checked.health'), { command: ['true'], ...times });
  assert.deepEqual(valueAt(model, 'servers.web.dev'), { command: ['node', 'web.js'], env: {}, instances: 1 });
  assert.deepEqual(valueAt(model, 'servers.there.instances.0'), { url: 'https://a.acme.com/mcp', weight: 1, region: 'ord', enabled: true });
  assert.deepEqual(valueAt(model, 'policy.expect.0.request'), { server: 'web', address: '192.0.2.1' });
  assert.deepEqual(model.gateway.traces, { otlp: 'https://otel.acme.com/v1/traces', sample: 1 });
  assert.deepEqual(model.strategies['named'], { balance: 'round-robin', retries: 0, timeouts: {}, ejection: { max: 0.5 } });
  assert.deepEqual(
    model.strategies['even'],
    { ...model.strategies['named'], balance: 'rendezvous', breaker: { failures: 5, window: 30_000, cooldown: 30_000 } },
  );
});
