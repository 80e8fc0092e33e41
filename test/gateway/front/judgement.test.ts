/**
 * What is kept of a head says what judging it anew says. Two handlers are given the same requests under the same tables: one keeps what it finds out for each
 * connection, the other is given every request on a connection of its own. Neither has a socket.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { createHandler } from '#src/gateway/runtime/front/handle.js';
import type { HeadMemory } from '#src/gateway/runtime/front/client.js';
import type { Services } from '#src/gateway/runtime/front/services.js';
import type { State } from '#src/gateway/runtime/front/state.js';
import { createOpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import { loadModules } from '#src/gateway/runtime/modules.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { NO_METRICS } from '#src/gateway/runtime/process/metrics.js';
import { createState } from '#src/gateway/runtime/state.js';
import type { UpstreamRequest } from '#src/gateway/runtime/upstream/upstream.js';
import { FEATURES } from '#src/gateway/tables.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { planOf } from '../../support/planned.js';
import { withSeeds, type Random } from '../../support/random.js';
import { answersOf, fakeClient, NO_PARTS, sameHead, type FakeRequest } from './fake-client.js';
import { poolOf } from './fake-pool.js';

const KEYS = ['A', 'B', 'C'];
const CLIENT_SECRETS = Object.fromEntries(KEYS.map((name) => [`KEY_${name}`, `the-long-secret-of-${name}`]));
const SECRETS = { ...CLIENT_SECRETS, SESSION_KEY: 'a-key-of-more-than-thirty-two-bytes-1' };
const ORIGINS = ['https://a.example.com', 'https://x.b.example.com', 'http://localhost:3000', 'https://evil.example', 'null'];

/** Deployments that differ in all that a head is judged by. */
function randomConfig({ below, pick, chance }: Random): Config {
  const clients = Object.fromEntries(KEYS.slice(0, 1 + below(3)).map((name) => [name.toLowerCase(), { keys: [{ secret: `KEY_${name}` }] }]));
  const names = Object.keys(clients);
  const tenantOf = (name: string) => ({
    match: pick([{ client: name }, { client: name }, [{ client: name }, { path: true }]]),
    servers: chance(0.8) ? '*' : [],
    ...(chance(0.4) ? { origins: ['a'] } : {}),
    ...(chance(0.2) ? { rate: '3/h' } : {}),
  });
  return gatewayConfig({
    origins: { a: 'https://a.example.com', b: 'https://*.b.example.com', local: 'http://localhost:*' },
    auth: { clients },
    tenants: Object.fromEntries(names.map((name) => [name, tenantOf(name)])),
    gateway: {
      url: pick(['https://mcp.example.com', 'https://other.example.com']),
      hosts: ['alias.example.com'],
      requireOrigin: chance(0.2),
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      trustedProxies: chance(0.5) ? ['10.0.0.0/8'] : [],
      limits: { body: pick(['100kb', '4mb']), perAddress: pick(['100000/s', '100000/s', '40/h']) },
      cors: chance(0.5) ? { credentials: true, exposeHeaders: ['X-Extra'] } : {},
    },
  });
}

/** Mostly one that is allowed: only what was allowed is kept. */
function randomRequest({ pick, chance }: Random): FakeRequest {
  const mostly = <T>(usual: T, others: readonly T[]): T => (chance(0.85) ? usual : pick(others));
  const headers: Record<string, string> = {
    'host': mostly('alias.example.com', ['mcp.example.com', 'other.example.com', 'evil.example']),
    'content-type': mostly('application/json', ['text/plain', 'application/json; charset=utf-8']),
    'user-agent': pick(['one/1', 'two/2']),
    'authorization': `Bearer ${mostly(CLIENT_SECRETS['KEY_A'] ?? '', [...Object.values(CLIENT_SECRETS), 'nobody-knows-this-key'])}`,
  };
  if (chance(0.05)) delete headers['authorization'];
  if (chance(0.4)) headers['origin'] = mostly('https://a.example.com', ORIGINS);
  if (chance(0.2)) headers['x-forwarded-for'] = pick(['1.2.3.4', '1.2.3.4, 10.0.0.9']);
  if (chance(0.1)) headers['x-forwarded-host'] = pick(['mcp.example.com', 'evil.example']);
  if (chance(0.3)) headers['x-correlation-id'] = pick(['c-1', 'c-2', 'not one!']);
  if (chance(0.2)) headers['x-tenant-id'] = 'somebody';
  if (chance(0.2)) headers['connection'] = 'x-own, keep-alive';
  if (chance(0.2)) headers['x-own'] = 'yes';
  const target = mostly('/mcp/search', ['/mcp/search?q=1', '/t/a/mcp/search', '/mcp/nothing', '/mcp//search']);
  return { method: mostly('POST', ['GET', 'PUT']), target, headers, peer: pick(['10.0.0.1', '192.0.2.7']), body: '' };
}

const BODIES = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x","arguments":{}}}',
  '{"jsonrpc":"2.0","id":3,"method":"ping","pad":"'.padEnd(150_000, 'x') + '"}',
  'nonsense',
];

interface Side {
  readonly serve: ReturnType<typeof createHandler>['serve'];
  readonly use: (config: Config) => Promise<void>;
  readonly logs: string[];
  readonly counted: string[];
  readonly sent: UpstreamRequest[];
}

async function sideOf(config: Config): Promise<Side> {
  const logs: string[] = [];
  const counted: string[] = [];
  const sent: UpstreamRequest[] = [];
  const modules = await loadModules(FEATURES);
  const stateOf = (one: Config, previous: State | null): Promise<State> => createState(gatewayTables(planOf(one)), SECRETS, modules, previous);
  let state = await stateOf(config, null);
  const pool = poolOf('search', sent);
  const services: Services = {
    state: () => state,
    parts: () => NO_PARTS,
    pools: { get: (server) => (server === 'search' ? pool : undefined), all: () => [pool] },
    counts: createOpenCounts(),
    revocation: () => null,
    metrics: { ...NO_METRICS, count: (name, labels) => void counted.push(`${name} ${JSON.stringify(labels)}`) },
    log: createLog('test', 'info', (line) => void logs.push(line)),
    isDraining: () => false,
  };
  const { serve } = createHandler(services);
  return { serve, use: async (one) => void (state = await stateOf(one, state)), logs, counted, sent };
}

/** Without what differs from one request to the next: names that are drawn, and times. */
function plain(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/"retry-after","\d+"/g, '"retry-after"');
}

function lineOf(text: string): unknown {
  const { timestamp: _at, duration_ms: _took, ...line } = JSON.parse(text) as Record<string, unknown>;
  return line;
}

/** What a client, an operator and the server behind see of one request. */
async function seenBy({ serve, logs, counted, sent }: Side, request: FakeRequest, memory: HeadMemory): Promise<string> {
  const [logged, before, counts] = [logs.length, sent.length, counted.length];
  const client = fakeClient(request, memory);
  serve(client);
  const answer = await answersOf(client);
  const passed = sent.slice(before).map(({ method, headers, body }) => ({ method, headers, body: body?.toString().slice(0, 100) }));
  return plain(JSON.stringify({ answer, passed, logs: logs.slice(logged).map(lineOf), counted: counted.slice(counts) }));
}

test('a head that comes again is judged as one that comes for the first time, whatever was reloaded in between', async () => {
  const rounds: (() => Promise<void>)[] = [];
  let kept = 0;
  withSeeds(12, (random) => {
    rounds.push(async () => {
      let config = randomConfig(random);
      const [keeping, fresh] = [await sideOf(config), await sideOf(config)];
      const connections = Array.from({ length: 3 }, () => ({ last: null as FakeRequest | null, memory: { judgement: null } as HeadMemory }));
      for (let i = 0; i < 400; i++) {
        if (random.chance(0.02)) {
          config = randomConfig(random);
          await Promise.all([keeping.use(config), fresh.use(config)]);
        }
        const connection = random.pick(connections);
        // Clients mostly say the same head again, with another body.
        const head = connection.last && random.chance(0.7) ? connection.last : randomRequest(random);
        const body = head.method === 'POST' ? random.pick(BODIES) : '';
        const request = { ...head, body };
        if (!sameHead(connection.last, request)) connection.memory = { judgement: null };
        if (connection.memory.judgement) kept++;
        connection.last = request;
        const [one, other] = [await seenBy(keeping, request, connection.memory), await seenBy(fresh, request, { judgement: null })];
        assert.equal(one, other, `MCPGEN_SEED=${random.seed}, request ${i}: ${JSON.stringify({ ...request, body: body.slice(0, 60) })}`);
      }
    });
  });
  for (const round of rounds) await round();
  assert.ok(kept > 300, `only ${kept} of all heads were known already`);
});
