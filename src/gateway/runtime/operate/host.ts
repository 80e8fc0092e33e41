/** Serves the children of one stdio server on an internal network. Policy is the gateway's, which stands before it. */
import type { AddressInfo } from 'node:net';
import type { Client } from '../front/client.js';
import { drainServer, listenAt, plainServer } from '../front/listen.js';
import { listenOf, logLevelOf, placementOf, SettingError, type Env } from '../process/env.js';
import { createLog, type Log } from '../process/log.js';
import type { ChildFeatures } from '../stdio/contract.js';
import { readMessages, refusalText } from '../stdio/message.js';
import { jsonResponse } from '../stdio/response.js';
import { loadEras, startChildren } from '../stdio/upstream.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { Upstream, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

export interface HostOptions {
  readonly upstream: Upstream;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly bodyLimit: number;
  readonly log: Log;
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
  const table = tables.pools.find(([name]) => name === server)?.[1].host;
  if (!table) throw new SettingError(`"${server}" is not a stdio server of this config`);
  const { child, port, path } = table;
  const { limits, timeouts } = tables;
  const log = createLog(`${tables.name}-${server}`, logLevelOf(env, tables), write);
  const upstream = startChildren(child, env, timeouts.keepAlive, log, await loadEras(features));
  const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
  const running = await startHost({ upstream, ...listenOf(env, { host: all, port }), path, bodyLimit: limits.body, log });
  log('info', 'listening', { port: running.port });
  return async () => {
    await running.close(timeouts.drain);
    await upstream.close();
  };
}

const METHODS = 'POST, GET, DELETE';
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
      // A connection becomes idle when its answer has left; the server closed only those that were idle then.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      await drained;
      clearInterval(idle);
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

async function answer({ upstream, path, bodyLimit, log }: HostOptions, client: Client, signal: AbortSignal): Promise<UpstreamResponse> {
  const { method, target, headers } = client.request;
  const at = target.replace(/\?.*/, '');
  let id: string | number | null = null;
  // The code repeats the status, as the gateway's do.
  const refuse = (status: number, reason: string, message: string, more = {}): UpstreamResponse =>
    jsonResponse(status, refusalText(client.request, id, status, message, reason), more);

  if (/^\/health(\/live|\/ready)?$/.test(at)) return jsonResponse(200, '{"status":"ok"}');
  if (at !== path) return refuse(404, 'unknown-route', 'Not found');
  if (!METHODS.split(', ').includes(method)) return refuse(405, 'method-not-allowed', 'Method not allowed', { allow: METHODS });
  const sent = await client.body(bodyLimit);
  // Whoever breaks it off reads no answer.
  if (typeof sent === 'string') return refuse(413, 'body-too-large', 'Body too large');
  const body = method === 'POST' ? sent : null;
  try {
    // A header that is not there has no entry: no value is undefined.
    return await upstream.send({ method, headers: headers as Record<string, string>, body, signal });
  } catch (error) {
    log('warn', 'upstream-failed', { error: String(error) });
    const read = readMessages(`${body}`);
    if (typeof read !== 'number') id = read.messages[0]?.id ?? null;
    const early = error instanceof UpstreamFault && ['full', 'refused'].includes(error.stage);
    return early ? refuse(503, 'instance-full', 'No capacity', { 'retry-after': '1' }) : refuse(502, 'upstream-lost', 'The server failed');
  }
}
