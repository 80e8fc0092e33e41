/**
 * Isolation as a property: what tenant A is answered does not depend on tenant B. The same requests of A are sent to two gateways. In front of one there is
 * nobody else, and its config knows no B; the other knows B by a random config, and B is as hostile as it can be: it guesses keys and sessions, floods, holds
 * streams and half bodies open, and breaks the server that both use. Status, headers and bodies must be the same but for request ids, dates and what is sealed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, client } from '../../support/gateway.js';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { dial, requestBytes, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { AUDIENCE, HS256, hs256, ISSUER } from '../../support/hs256.js';
import { randomOf, seeds, type Random } from '../../support/random.js';
import { serveHere, type Served } from '../../support/served.js';
import { json, startUpstream, stream, type FakeUpstream } from '../../support/upstreams.js';

/** B is somebody else also by its address: those of one address share its rate. */
const ADDRESS_OF_A = '127.0.0.2';
const ADDRESS_OF_B = '127.0.0.3';

/** A way to be recognised: what the config says, and what requests have. */
interface Way {
  readonly match: Config;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
}
const waysOf = (name: 'a' | 'b'): readonly Way[] => [
  { match: { client: name }, headers: as(name), path: '' },
  { match: { path: true }, headers: as(`${name}2`), path: `/t/${name}` },
  { match: { host: `${name}.example.com` }, headers: { ...as(`${name}2`), host: `${name}.example.com` }, path: '' },
  { match: { claim: { iss: ISSUER, org: `org-${name}` } }, headers: { authorization: `Bearer ${hs256({ org: `org-${name}` })}` }, path: '' },
  { match: { lookup: `${name}-in-api` }, headers: { authorization: `Bearer opaque-of-${name}` }, path: '' },
];

interface Setting {
  readonly alone: Config;
  readonly together: Config;
  readonly a: Way;
  readonly b: Way;
}

/** Configs that differ in nothing but B. */
function randomSetting({ pick, chance, below }: Random, server: FakeUpstream, api: FakeUpstream): Setting {
  const [a, b] = [pick(waysOf('a')), pick(waysOf('b'))];
  const tenant = ({ match }: Way): Config => ({
    match,
    servers: chance(0.9) ? '*' : [],
    ...(chance(0.3) ? { origins: ['app'] } : {}),
    ...(chance(0.3) ? { rate: pick(['8/h', '30/h']) } : {}),
    ...(chance(0.3) ? { streams: 1 + below(3) } : {}),
    ...(chance(0.3) ? { sessions: 1 + below(3) } : {}),
    ...(chance(0.2) ? { allow: { cidrs: pick([['127.0.0.0/8'], ['10.0.0.0/8']]) } } : {}),
  });
  const gateway = {
    url: AUDIENCE,
    hosts: ['a.example.com', 'b.example.com'],
    sessionKeys: [{ secret: 'SESSION_KEY' }],
    limits: {
      perAddress: pick(['100000/s', '60/h']),
      body: '100kb',
      ...(chance(0.5) ? { perClient: { rate: pick(['10/h', '1000/h']), streams: 2 } } : {}),
    },
  };
  const configOf = (clients: readonly string[], tenants: Config): Config =>
    gatewayConfig({
      profile: 'local',
      gateway,
      servers: { search: { kind: 'http', instances: [{ url: server.url }], origins: ['app', 'other'], revision: 'legacy' } },
      origins: { app: 'https://app.example.com', other: 'https://other.example.com' },
      auth: {
        clients: Object.fromEntries(clients.map((name) => [name, client(name)])),
        jwt: HS256,
        lookup: { url: api.url },
      },
      tenants,
    });
  const ofA = tenant(a);
  return { a, b, alone: configOf(['a', 'a2'], { a: ofA }), together: configOf(['a', 'a2', 'b', 'b2'], { a: ofA, b: tenant(b) }) };
}

type Asking = (sessions: readonly string[]) => AskOptions;

/** What a client of A sends, in this order, with the sessions that it has been given so far. */
function randomRequests(random: Random, { path, headers }: Way): readonly Asking[] {
  const { pick, chance, below } = random;
  const to = `${path}/mcp/search`;
  const host = { host: 'mcp.example.com', ...headers };
  const some = (): AskOptions => {
    const origin = pick(['https://app.example.com', 'https://other.example.com', 'https://evil.example']);
    const own: Readonly<Record<string, string>> = chance(0.3) ? { ...host, origin } : host;
    const tool = pick(['echo', 'fail', 'slow']);
    return pick<() => AskOptions>([
      () => ({ path: to, headers: own, message: request('tools/list') }),
      () => ({ path: to, headers: own, message: request('tools/call', { name: tool, arguments: { n: below(100) } }) }),
      () => ({ path: to, headers: { ...own, ...modernHeaders('tools/list') }, message: modern('tools/list') }),
      () => ({ path: to, headers: own, message: initialize }),
      () => ({
        path: to, headers: { ...own, authorization: `Bearer ${pick(['guess', 'a.b.c', hs256({ org: 'org-nobody' })])}` }, message: request('tools/list'),
      }),
      () => ({ path: to, headers: own, body: pick(['nonsense', '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}', 'x'.repeat(110_000)]) }),
      () => ({ path: pick([`${path}/mcp/nothing`, '/t/nobody/mcp/search', `${path}/mcp//search`]), headers: own, message: request('tools/list') }),
      () => ({ method: 'OPTIONS', path: to, headers: { ...own, 'access-control-request-method': 'POST' } }),
      () => ({ method: pick(['PUT', 'DELETE']), path: to, headers: own }),
      () => ({ method: 'GET', path: '/health', headers: own }),
    ])();
  };
  return Array.from({ length: 30 }, () => {
    const asked = some();
    const which = chance(0.3) ? below(3) : -1;
    return (sessions) => {
      const id = sessions[which];
      return id === undefined ? asked : { ...asked, headers: { ...asked.headers, 'mcp-session-id': id } };
    };
  });
}

/** Of what differs from one gateway to another by nature, only that it is there. */
function plain({ status, headers, text, complete }: HttpAnswer): string {
  const named = Object.entries(headers).map(([name, value]) => {
    const isOwn = ['date', 'x-request-id', 'x-correlation-id', 'mcp-session-id', 'mcpgen-config-hash', 'retry-after'].includes(name);
    return `${name}: ${isOwn ? 'there' : value}`;
  });
  return [status, ...named.sort(), text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'), complete].join('\n');
}

/** What is nobody's alone: A may be told that there is none left for the moment. */
function isOfSharedPool({ status, text }: HttpAnswer): boolean {
  return (status === 503 || status === 429) && !/"reason":"(?:tenant|client|address)-rate"/.test(text);
}

async function answersOfA({ port }: Served, asking: readonly Asking[]): Promise<readonly HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  const sessions: string[] = [];
  for (const one of asking) {
    const connection = await dial(port, { from: ADDRESS_OF_A });
    const asked = one(sessions);
    connection.send(requestBytes(asked));
    const answer = await connection.answer(asked.method);
    connection.close();
    answers.push(answer);
    const opened = answer.headers['mcp-session-id'];
    if (opened !== undefined && !sessions.includes(opened)) sessions.push(opened);
  }
  return answers;
}

/** Does its worst until it is told to stop. */
async function bother({ port }: Served, { headers, path }: Way, random: Random, isOver: () => boolean): Promise<number> {
  const { pick, below } = random;
  const held: Awaited<ReturnType<typeof dial>>[] = [];
  const sessions: string[] = [];
  let sent = 0;
  const to = `${path}/mcp/search`;
  const own = { host: 'mcp.example.com', ...headers };
  const put = async (bytes: Buffer, isHeld = false): Promise<void> => {
    const connection = await dial(port, { from: ADDRESS_OF_B });
    connection.send(bytes);
    sent++;
    if (isHeld) return void held.push(connection);
    const answer = await connection.answer();
    connection.close();
    const id = answer.headers['mcp-session-id'];
    if (id !== undefined) sessions.push(id);
  };
  const half = requestBytes({ path: to, headers: { ...own, 'content-length': '90000' }, body: 'x'.repeat(60_000) });
  const worst: readonly (() => Promise<unknown>)[] = [
    () => put(requestBytes({ path: to, headers: { ...own, authorization: `Bearer guess-${below(1e6)}` }, message: request('tools/list') })),
    () => put(
      requestBytes({ path: to, headers: { ...own, authorization: `Bearer ${hs256({ org: pick(['org-a', 'org-b']) })}x` }, message: request('tools/list') }),
    ),
    () => put(requestBytes({ path: to, headers: own, message: initialize })),
    () => put(requestBytes({ path: to, headers: { ...own, 'mcp-session-id': sessions.at(-1) ?? 'none' }, message: request('tools/list') })),
    () => Promise.all(Array.from({ length: 10 }, () => put(requestBytes({ path: to, headers: own, message: request('tools/list') })))),
    () => put(requestBytes({ path: to, headers: own, message: request('tools/call', { name: pick(['crash', 'fail', 'slow']), arguments: {} }) })),
    () => put(requestBytes({ method: 'GET', path: to, headers: { ...own, accept: 'text/event-stream' } }), held.length < 40),
    () => put(held.length < 40 ? half : requestBytes({ path: to, headers: own, body: 'nonsense' }), held.length < 40),
  ];
  // A stream that nobody holds any more would be waited for.
  const isStream = (index: number): boolean => index === 6 && held.length >= 40;
  while (!isOver()) {
    const index = below(worst.length);
    if (!isStream(index)) await worst[index]?.();
  }
  for (const connection of held) connection.close();
  return sent;
}

async function sharedServer(): Promise<FakeUpstream> {
  let last = 0;
  return startUpstream(({ message, method, response }) => {
    if (method === 'GET') return void stream(response).write(': open\n\n');
    if (method === 'DELETE') return void response.writeHead(200).end();
    const { id, method: rpc, params } = message ?? {};
    if (id === undefined) return void response.writeHead(202).end();
    const reply = { jsonrpc: '2.0', id, result: { echoed: rpc, params: rpc === 'tools/call' ? params : null } };
    if (rpc === 'initialize') {
      const result = { protocolVersion: '2025-11-25', capabilities: {} };
      return json(response, { ...reply, result }, { 'mcp-session-id': `s${++last}` });
    }
    const tool = params?.['name'];
    if (tool === 'crash') return void response.socket?.destroy();
    if (tool === 'fail') return void response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"failed"}');
    if (tool === 'slow') return void setTimeout(() => json(response, reply), 10);
    json(response, reply);
  });
}

test('what tenant A is answered does not depend on the config, the traffic or the sessions of tenant B', async (t) => {
  const server = await sharedServer();
  const api = await startUpstream(({ headers, response }) => {
    const name = /^Bearer opaque-of-([ab])$/.exec(headers['authorization'] ?? '')?.[1];
    if (name === undefined) return void response.writeHead(404).end();
    json(response, { tenant: `${name}-in-api`, subject: name });
  });
  const statuses = new Map<number, number>();
  let [excused, bothers] = [0, 0];
  for (const seed of seeds(8)) {
    const random = randomOf(seed);
    const { a, b, alone, together } = randomSetting(random, server, api);
    const asking = randomRequests(random, a);
    const [quiet, loud] = [await serveHere(alone), await serveHere(together)];
    const expected = await answersOfA(quiet, asking);
    let isOver = false;
    const bothering = bother(loud, b, random, () => isOver);
    const answers = await answersOfA(loud, asking).finally(() => (isOver = true));
    bothers += await bothering;
    for (const [index, answer] of answers.entries()) {
      const wanted = expected[index] ?? assert.fail();
      statuses.set(wanted.status, (statuses.get(wanted.status) ?? 0) + 1);
      if (plain(answer) === plain(wanted)) continue;
      const difference = `${plain(answer)}\n\nand without B\n${plain(wanted)}\n\n${JSON.stringify({ a, b })}`;
      assert.ok(isOfSharedPool(answer), `MCPGEN_SEED=${seed}, request ${index}: ${difference}`);
      excused++;
    }
    await Promise.all([quiet.stop(), loud.stop()]);
  }
  t.diagnostic(`${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}; ${bothers} requests of B; ${excused} met a shared limit`);
  assert.ok((statuses.get(200) ?? 0) > 40, 'A is let in often enough to have something to lose');
  assert.ok(bothers > 100 && excused < 10);
});
