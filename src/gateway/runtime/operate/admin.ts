/** The admin listener: what operators and monitoring read, and what they may change. It never shares a port with the public routes. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { addressSet, isLoopback, LOOPBACK } from '../decision/address.js';
import { addressOf } from '../decision/way-in.js';
import type { Client } from '../front/client.js';
import { drainServer, listenAt, plainServer } from '../front/listen.js';
import type { State } from '../front/state.js';
import { isObject, parseJson } from '../wire/json-rpc.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { OriginSetTable } from '../tables/route.js';
import { portOf, type Env } from '../process/env.js';
import type { Listen } from '../tables/placement.js';
import type { Log } from '../process/log.js';
import type { Failure, Instance } from '../upstream/instance.js';
import type { Cause } from '../wire/cause.js';
import type { Pool } from '../upstream/pool.js';
import { resetInstances } from '../upstream/reset.js';
import type { Pools } from '../upstream/pools.js';
import { ownAddress } from './own-address.js';

export interface AdminOptions {
  /** What of the state of now an operator may see, and the tokens that let them. */
  readonly state: () => Pick<State, 'tables' | 'trusted' | 'readToken' | 'writeToken'>;
  /** The metrics, as they are read. */
  readonly text: () => string;
  readonly log: Log;
  readonly pools: Pick<Pools, 'all'>;
}

export interface AdminAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Why it is a refusal, and by which name the log has it. */
  readonly refused?: { readonly reason: string; readonly requestId: string };
}

/** Who asks, as far as an answer depends on it: another process may hold the connection. */
type Operator = Pick<Client, 'request' | 'body' | 'closeAfterwards'>;

/** On whose word something is changed. */
type By = 'write-token' | 'loopback';

interface Page {
  readonly method: 'GET' | 'POST';
  readonly answer: (options: AdminOptions, client: Operator, by: By) => AdminAnswer | Promise<AdminAnswer>;
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const json = (value: unknown, status = 200, headers = {}): AdminAnswer => ({ status, type: 'application/json', body: jsonText(value), headers });
function refusal(status: number, reason: string, error: string, headers = {}): AdminAnswer {
  const data = { reason, requestId: randomUUID() };
  return { ...json({ error, data }, status, headers), refused: data };
}
const page = (read: (options: AdminOptions) => unknown): Page => ({ method: 'GET', answer: (options) => json(read(options)) });

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/metrics', { method: 'GET', answer: ({ text }) => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: text() }) }],
  ['/config', page(describe)],
  ['/gateway/stats', page(({ pools }) => ({ servers: Object.fromEntries(pools.all().map((pool) => [pool.server, statsOf(pool)])) }))],
  ['/circuit-breakers', page(({ pools }) => ({ breakers: pools.all().flatMap((pool) => pool.instances.map((instance) => breakerOf(pool, instance))) }))],
  ['/circuit-breakers/reset', { method: 'POST', answer: reset }],
]);

/** Bytes of a head, and milliseconds for a request: operators ask for little, and at once. */
const MOST_HEAD = 16_384;
const REQUEST_TIMEOUT = 10_000;

export interface AdminListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Characters of a path, and of a method, that a log line repeats. */
const MOST_PATH = 200;
const MOST_METHOD = 64;

const pathOf = ({ request }: Operator): string => (request.target.split('?', 1)[0] ?? '').slice(0, MOST_PATH);

/** What the audit says of whoever asks an operator's question. What operators change is audited in any case: it is rare, and nobody else could tell of it. */
function attemptOf(operator: Operator, requestId: string) {
  const { method, peer, headers } = operator.request;
  const origin = headers['origin']?.slice(0, MOST_PATH) ?? null;
  return { kind: 'admin', request_id: requestId, path: pathOf(operator), method: method.slice(0, MOST_METHOD), origin, address: peer };
}

const PORT_SETTING = 'MCPGEN_ADMIN_PORT';
/** Milliseconds in which answers that have begun may end. */
const DRAIN = 1000;

/** Listens where the tables say, or at the port that the environment gives. */
export function serveAdmin(at: Listen, env: Env, options: AdminOptions): Promise<AdminListener> {
  const headers = () => options.state().tables.raw.headers;
  return listenForOperators(at, env, { log: options.log, headers, answer: (client) => answerOperator(options, client) });
}

export interface OperatorOptions {
  readonly log: Log;
  /** Security headers of every answer. */
  readonly headers: () => GatewayTables['headers'];
  /** What answers them, which may be another process. */
  readonly answer: (client: Client) => Promise<AdminAnswer>;
}

export async function listenForOperators({ host, port }: Listen, env: Env, { log, headers, answer }: OperatorOptions): Promise<AdminListener> {
  const serve = (client: Client): void =>
    void answer(client)
      .catch((error: unknown) => {
        log('error', 'admin-failed', { error: String(error) });
        return refusal(500, 'internal', 'internal error');
      })
      .then((answer) => {
        const { refused, status } = answer;
        const path = pathOf(client);
        if (refused) log('info', 'admin-refused', { request_id: refused.requestId, status, reason: refused.reason, path });
        if (refused) log('info', 'audit', { ...attemptOf(client, refused.requestId), decision: 'refuse', status, reason: refused.reason });
        end(client, answer, headers());
      });
  const server = plainServer({ serve, maxHeaderSize: MOST_HEAD, requestTimeout: REQUEST_TIMEOUT });
  const at = { host: await ownAddress(host), port: portOf(env, PORT_SETTING) ?? port };
  return { port: await listenAt(server, at, PORT_SETTING), close: () => drainServer(server, DRAIN) };
}

export async function answerOperator(options: AdminOptions, client: Operator): Promise<AdminAnswer> {
  const { request } = client;
  const { tables, trusted } = options.state();
  const allow = tables.raw.admin?.allow ?? null;
  if (allow && !addressSet(allow)(addressOf(tables, request, trusted))) return refusal(403, 'address-not-allowed', 'not allowed from this address');
  const found = PAGES.get(request.target.split('?', 1)[0] ?? '');
  if (!found) return refusal(404, 'unknown-route', 'not found');
  const { readToken, writeToken } = options.state();
  const given = /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  const [isReader, isWriter] = [isToken(given, readToken), isToken(given, writeToken)];
  const mayRead = isReader || isWriter || (readToken === null && isLocal(client));
  const unknown = refusal(401, 'credentials-missing', `a ${found.method === 'POST' ? 'write' : 'read'} token is required`, { 'www-authenticate': 'Bearer' });
  if (request.method !== found.method) return mayRead ? refusal(405, 'method-not-allowed', `${found.method} only`, { allow: found.method }) : unknown;
  if (found.method === 'GET') return mayRead ? found.answer(options, client, 'loopback') : unknown;
  if (isWriter) return found.answer(options, client, 'write-token');
  if (writeToken !== null) return isReader ? refusal(403, 'token-may-read', 'this token may only read') : unknown;
  // A token for reading shows that this listener is for more than this machine.
  if (readToken === null && isLocal(client)) return found.answer(options, client, 'loopback');
  return refusal(403, 'changes-off', 'changes need a writeToken in gateway.admin, or loopback and no token at all');
}

/** This machine by its loopback name, and no web page: one could make a browser ask under another name (DNS rebinding). */
function isLocal({ request: { headers, peer } }: Operator): boolean {
  const host = (headers['host'] ?? '').replace(/:\d+$/, '');
  return isLoopback(peer) && LOOPBACK.has(host) && headers['origin'] === undefined;
}

function isToken(given: string, token: string | null): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return token !== null && timingSafeEqual(digest(given), digest(token));
}

function breakerOf({ server }: Pool, { id, breaker, up, active, ejectedAt }: Instance) {
  const now = performance.now();
  return {
    server,
    instance: id,
    state: breaker?.stateAt(now) ?? 'none',
    failures: breaker?.failures(now) ?? 0,
    since: breaker ? new Date(Date.now() - (now - breaker.since)).toISOString() : null,
    retryAfter: breaker ? Math.ceil(breaker.wait(now) / 1000) : 0,
    up,
    active,
    ejected: ejectedAt !== null,
  };
}

function statsOf(pool: Pool) {
  const rows = pool.instances.map(({ id, tally, active, up, isKnown, failure }) => {
    const failed = tally.erred + tally.failed + tally.unreachable;
    const { abandoned, ms } = tally;
    return { id, up: isKnown ? up : null, active, requests: tally.answered + failed, failed, abandoned, ms, last_failure: dated(failure) };
  });
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const requests = sum((row) => row.requests);
  const { healthy, total, unknown, percent } = pool.health();
  return {
    requests,
    error_rate: share(sum(({ failed }) => failed), requests),
    active: sum(({ active }) => active),
    instances: { total, healthy, unknown, percent },
    cause: dated(pool.cause),
    load: rows.map(({ ms, ...row }) => ({ ...row, share: share(row.requests, requests), latency_ms: share(ms, row.requests - row.failed) })),
  };
}

/** What failed, and when, where that is known. */
function dated(failure: Cause & Partial<Failure> | null): object | null {
  return failure?.at === undefined ? failure : { ...failure, at: new Date(failure.at).toISOString() };
}

/** To the thousandth; 0 of nothing. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((1000 * part) / whole) / 1000);

/** A request to change something is a few names. */
const MOST = 4096;

async function reset({ pools, log }: AdminOptions, client: Operator, by: By): Promise<AdminAnswer> {
  const body = await client.body(MOST);
  if (body === 'body-too-large') {
    // What is left of it would be taken for the next request.
    client.closeAfterwards();
    return refusal(413, 'body-too-large', `at most ${MOST} bytes`);
  }
  const wanted = typeof body === 'string' ? null : namesOf(body.toString());
  if (!wanted) return refusal(400, 'body-malformed', 'the body is empty, or JSON such as {"server":"search","instance":"127.0.0.1:8000"}');
  const { server, instance } = wanted;
  // What is named in the query would be passed over, and everything reset.
  if (client.request.target.includes('?')) return refusal(400, 'query-unsupported', 'names belong into the body, such as {"server":"search"}');
  const meant = pools.all().filter((pool) => (server === undefined || pool.server === server) && (instance === undefined || pool.byId(instance)));
  if (meant.length === 0 && (server ?? instance) !== undefined) return refusal(404, 'name-unknown', 'no such server or instance');
  const changed = meant.flatMap((pool) => resetInstances(pool, instance, performance.now()).map((id) => ({ server: pool.server, instance: id })));
  const what = { action: 'circuit-breakers-reset', server: server ?? null, instance: instance ?? null, changed: changed.length };
  log('info', 'audit', { ...attemptOf(client, randomUUID()), ...what, by, decision: 'allow', status: 200, reason: null });
  return json({ reset: changed });
}

/** Null for anything else: a misspelt name must not mean all of them. */
function namesOf(text: string): { readonly server?: string; readonly instance?: string } | null {
  if (text === '') return {};
  const value = parseJson(text);
  const isNames = isObject(value) && Object.entries(value).every(([key, name]) => (key === 'server' || key === 'instance') && typeof name === 'string');
  return isNames ? value : null;
}

/** The origins of a set as the config writes them. */
function writtenOrigins({ exact, subdomains }: OriginSetTable): readonly string[] {
  return [...exact, ...subdomains.map(({ scheme, suffix, port }) => `${scheme}://*${suffix}${port}`)];
}

function describe({ state, pools }: AdminOptions): unknown {
  const { raw, placement } = state().tables;
  const sets = raw.originSets.map(([, set]) => set);
  return {
    name: raw.name,
    environment: raw.environment,
    profile: raw.profile,
    placement,
    hash: raw.hash,
    origin: {
      allowed_origins: [...new Set(sets.flatMap(writtenOrigins))].sort(),
      allow_https: sets.some(({ anyHttps }) => anyHttps),
      allow_ngrok: sets.some(({ tunnels }) => tunnels.length > 0),
    },
    hosts: raw.anyHost ? 'any' : raw.hosts,
    routes: raw.routes.map(([path, { server }]) => ({ path, server })),
    tenants: raw.tenants.map(([name]) => name),
    clients: raw.clients.map(([name]) => name),
    revisions: raw.revisions,
    limits: raw.limits,
    timeouts: raw.timeouts,
    pools: pools.all().map(({ server, instances }) => ({ server, instances: instances.map(({ id, up, active }) => ({ id, up, active })) })),
  };
}

/** This listener has no TLS of its own, and whoever asks it in plain HTTP must not be told that it has (RFC 6797 §7.2). */
const OF_TLS = 'strict-transport-security';

function end(client: Client, { status, type, body, headers = {} }: AdminAnswer, security: GatewayTables['headers']): void {
  const given = security.filter(([name]) => name !== OF_TLS);
  const described = { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...Object.fromEntries(given), ...headers };
  client.answer(status, Object.entries(described).flat(), body);
}
