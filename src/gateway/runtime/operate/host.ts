/**
 * Serves the children of one stdio server on an internal network. Policy is the gateway's, which stands before it; what a browser could be made to ask is
 * refused here all the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { isLoopback, LOOPBACK } from '../decision/address.js';
import { hostName } from '../decision/host.js';
import { originAllowed, originMatcher } from '../decision/origin.js';
import { REASON_OF_FAULT, reasonRow } from '../decision/reasons.js';
import type { Client } from '../front/client.js';
import { drainServer, listenAt, plainServer } from '../front/listen.js';
import { listenOf, logLevelOf, placementOf, SettingError, type Env } from '../process/env.js';
import { createLog, type Log } from '../process/log.js';
import type { ChildFeatures, StdioUpstream } from '../stdio/contract.js';
import { idText, readMessages } from '../stdio/message.js';
import { jsonResponse } from '../stdio/response.js';
import { loadEras, startChildren } from '../stdio/upstream.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { Upstream, UpstreamResponse } from '../upstream/upstream.js';
import { causeOf } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { ownFailureText } from '../wire/replies.js';

export interface HostOptions {
  readonly upstream: Upstream;
  /** Its name in the config, for the log. Default: it has none. */
  readonly server?: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly bodyLimit: number;
  readonly log: Log;
  /** Origins of pages that may call it. Default: none; the gateway sends none on. */
  readonly isAllowed?: (origin: string) => boolean;
  /** Whether its children can be started: until then it is not ready. Default: they can. */
  readonly isWell?: () => Promise<boolean>;
}

export interface Host {
  readonly port: number;
  /** Finishes what is under way, for at most `drainMs`. The upstream stays with whoever made it. */
  close(drainMs: number): Promise<void>;
}

/** `node main.js host <server>`. @returns what ends it in good order */
export async function runHost(
  server: string,
  tables: GatewayTables,
  features: ChildFeatures,
  env: Env,
  write: (line: string) => void,
): Promise<() => Promise<void>> {
  const pool = tables.pools.find(([name]) => name === server)?.[1];
  if (!pool?.host) throw new SettingError(`"${server}" is not a stdio server of this config`);
  const { child, port, path } = pool.host;
  const { limits, timeouts, routes, originSets } = tables;
  const log = createLog(`${tables.name}-${server}`, logLevelOf(env, tables), write);
  const upstream = startChildren(server, child, { env, keepAlive: timeouts.keepAlive, log, timeouts: pool.timeouts }, await loadEras(features));
  const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
  const sets = new Set(routes.flatMap(([, route]) => (route.server === server ? [route.origins] : [])));
  const matchers = originSets.flatMap(([id, set]) => (sets.has(id) ? [originMatcher(set)] : []));
  const isAllowed = (origin: string): boolean => matchers.some((matcher) => originAllowed(matcher, origin.toLowerCase()));
  // Whoever waits for readiness sends no caller until a child has answered once: the host tries by itself.
  let isReady = false;
  const isWell = async (): Promise<boolean> => isReady && (await upstream.isWell()) !== false;
  const running = await startHost({ upstream, server, ...listenOf(env, { host: all, port }), path, bodyLimit: limits.body, log, isAllowed, isWell });
  log('info', 'listening', { port: running.port });
  const stopping = new AbortController();
  const trying = tryUntilWell(upstream, log, stopping.signal).then(() => void (isReady = true));
  return async () => {
    stopping.abort();
    await running.close(timeouts.drain);
    await upstream.close();
    await trying;
  };
}

/** Milliseconds between two tries: twice as many each time, until the last. */
const FIRST_DELAY = 1000;
const LAST_DELAY = 30_000;

/** Starts a child and ends it again, until one answers. */
async function tryUntilWell(upstream: StdioUpstream, log: Log, signal: AbortSignal): Promise<void> {
  for (let delay = FIRST_DELAY; !signal.aborted && !(await upstream.rehearse()); delay = Math.min(2 * delay, LAST_DELAY)) {
    log('error', 'server-not-ready', { why: 'no child that was started has answered; the lines before this one say more', next_try_ms: delay });
    await sleep(delay, undefined, { ref: false, signal }).catch(() => {});
  }
}

const METHODS = 'POST, GET, DELETE';
/** Characters of a name that the log shows. */
const MOST_NAME = 200;
/** Bytes of a head; the gateway has judged it by the config's own limit. */
const MOST_HEAD = 65_536;
/** Milliseconds for a whole request, of which the gateway sends the body at once. */
const REQUEST_TIMEOUT = 300_000;

export async function startHost(options: HostOptions): Promise<Host> {
  const standing = new Set<Client>();
  const serve = (client: Client): void => {
    const gone = new AbortController();
    client.onLeave(() => {
      gone.abort();
      standing.delete(client);
    });
    if (client.request.method === 'GET') standing.add(client);
    answer(options, client, gone.signal).then((response) => relay(client, response), () => client.cut());
  };
  const server = plainServer({ serve, maxHeaderSize: MOST_HEAD, requestTimeout: REQUEST_TIMEOUT });
  await listenAt(server, { host: options.host, port: options.port }, 'PORT');
  server.on('error', ({ message }) => options.log('error', 'host-failed', { error: message }));
  return {
    port: (server.address() as AddressInfo).port,
    async close(drainMs) {
      const drained = drainServer(server, drainMs);
      standing.forEach((client) => client.end());
      await drained;
    },
  };
}

function relay(client: Client, { status, headers, body }: UpstreamResponse): void {
  const list = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().flatMap((one) => [name, one]));
  if (Buffer.isBuffer(body)) return client.answer(status, list.filter((_, i) => !/^content-length$/i.test(list[i - (i % 2)] ?? '')), body);
  client.begin(status, list);
  client.flush();
  client.pipe(body);
  client.onLeave(() => body.destroy());
  body.on('error', () => {}).once('close', () => body.readableEnded || client.cut());
}

/** The type of a body, without its parameters. */
const mediaType = (value: string | undefined): string => (value ?? '').replace(/;.*/s, '').trim().toLowerCase();

/** What is wrong with a request whoever sent it: status and message. A page could make a browser ask on loopback under a name of its own (DNS rebinding). */
function faultOf({ host, isAllowed = () => false }: HostOptions, { method, headers }: Client['request']): readonly [number, string, string] | null {
  const onLoopback = isLoopback(host) || LOOPBACK.has(host);
  if (onLoopback && !LOOPBACK.has(hostName(headers['host']) ?? '')) return [421, 'unknown-host', 'Host not served here'];
  if (headers['origin'] !== undefined && !isAllowed(headers['origin'])) return [403, 'origin-not-allowed', 'Origin not allowed'];
  const isOther = method === 'POST' && mediaType(headers['content-type']) !== 'application/json';
  return isOther ? [415, 'content-type-unsupported', 'Content-Type must be application/json'] : null;
}

async function answer(options: HostOptions, client: Client, signal: AbortSignal): Promise<UpstreamResponse> {
  const { upstream, server, path, bodyLimit, log, isWell } = options;
  const { method, target, headers } = client.request;
  const at = target.replace(/\?.*/, '');
  let id: string | null = null;
  // The code repeats the status, as the gateway's do.
  const refuse = (status: number, reason: string, message: string, more = {}): UpstreamResponse =>
    jsonResponse(status, ownFailureText(headers, id, status, message, reason), more);

  /** Whoever has left is told nothing, and then nothing has failed. */
  const tell = (fault: unknown): void => {
    if (fault && !signal.aborted) log('warn', 'upstream-failed', { server, ...causeOf(fault), request_id: headers['x-request-id'] });
  };

  const isHealth = /^\/health(\/live|\/ready)?$/.test(at);
  const fault = faultOf(options, isHealth ? { ...client.request, method: 'GET' } : client.request);
  if (fault) {
    log('warn', 'refused', { status: fault[0], reason: fault[1], host: headers['host']?.slice(0, MOST_NAME), origin: headers['origin']?.slice(0, MOST_NAME) });
    return refuse(...fault);
  }
  if (isHealth) {
    const isOk = at === '/health/live' || ((await isWell?.()) ?? true);
    return jsonResponse(isOk ? 200 : 503, isOk ? '{"status":"ok"}' : '{"status":"down","why":"no child has answered yet: see the log"}');
  }
  if (at !== path) return refuse(404, 'unknown-route', 'Not found');
  if (!METHODS.split(', ').includes(method)) return refuse(405, 'method-not-allowed', 'Method not allowed', { allow: METHODS });
  const sent = await client.body(bodyLimit);
  // Whoever breaks it off reads no answer.
  if (typeof sent === 'string') return refuse(413, 'body-too-large', 'Body too large');
  const body = method === 'POST' ? sent : null;
  try {
    // A header that is not there has no entry: no value is undefined.
    const response = await upstream.send({ method, headers: headers as Record<string, string>, body, signal });
    const { failure, body: answered } = response;
    if (failure && Buffer.isBuffer(answered)) tell(failure()?.fault);
    else if (failure && !Buffer.isBuffer(answered)) answered.once('close', () => tell(failure()?.fault));
    return response;
  } catch (error) {
    tell(error);
    const read = readMessages(`${body}`);
    if (typeof read !== 'number' && read.messages[0]) id = idText(read.messages[0]);
    const { stage, retryAfter = 1 } = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
    const reason = REASON_OF_FAULT[stage];
    const { status, message } = reasonRow(reason);
    return refuse(status, reason, message, status === 503 ? { 'retry-after': `${retryAfter}` } : {});
  }
}
