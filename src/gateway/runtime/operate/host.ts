import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { listenOf, placementOf, type Env } from '../process/env.js';
import { readBody } from '../front/exchange.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { HostTable } from '../tables/pool.js';
import type { Upstream, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { jsonResponse } from '../stdio/response.js';
import type { Log } from '../process/log.js';
import { errorText, readMessages } from '../stdio/message.js';
import { startChildren } from '../stdio/upstream.js';

/** Serves an upstream on an internal network. Policy is the gateway's, which stands before it. */
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
export async function runHost({ child, port, path }: HostTable, { limits, timeouts }: GatewayTables, env: Env, log: Log): Promise<() => Promise<void>> {
  const upstream = startChildren(child, env, timeouts.keepAlive, log);
  const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
  const running = await startHost({ upstream, ...listenOf(env, { host: all, port }), path, bodyLimit: limits.body, log });
  log('info', 'listening', { port: running.port });
  return async () => {
    await running.close(timeouts.drain);
    await upstream.close();
  };
}

const METHODS = 'POST, GET, DELETE';

export async function startHost(options: HostOptions): Promise<Host> {
  const standing = new Set<ServerResponse>();
  // Idle connections are kept longer than the gateway's pool and any platform keep theirs.
  const server = createServer({ keepAliveTimeout: 75_000 }, (req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort()).on('close', () => standing.delete(res));
    if (req.method === 'GET') standing.add(res);
    const forward = ({ status, headers, body }: UpstreamResponse): void => {
      res.writeHead(status, headers);
      if (Buffer.isBuffer(body)) return void res.end(body);
      res.flushHeaders();
      pipeline(body, res, () => {});
    };
    answer(options, req, gone.signal).then(forward, () => res.destroy());
  });
  server.on('error', ({ message }) => options.log('error', 'host-failed', { error: message }));
  await once(server.listen(options.port, options.host), 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    async close(drainMs) {
      const closed = once(server.close(), 'close');
      standing.forEach((res) => res.end());
      // A connection becomes idle when its answer has left; close() saw only those that were.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      [idle, cut].forEach(clearTimeout);
    },
  };
}

async function answer({ upstream, path, bodyLimit, log }: HostOptions, req: IncomingMessage, signal: AbortSignal): Promise<UpstreamResponse> {
  const { method = '', url = '' } = req;
  const at = url.replace(/\?.*/, '');
  let id: string | number | null = null;
  // The code repeats the status, as the gateway's do.
  const refuse = (status: number, message: string, headers = {}): UpstreamResponse => jsonResponse(status, errorText(id, status, message), headers);

  if (/^\/health(\/live|\/ready)?$/.test(at)) return jsonResponse(200, '{"status":"ok"}');
  if (at !== path) return refuse(404, 'Not found');
  if (!METHODS.split(', ').includes(method)) return refuse(405, 'Method not allowed', { allow: METHODS });
  const sent = await readBody(req, bodyLimit);
  // Whoever breaks it off reads no answer.
  if (typeof sent === 'string') return refuse(413, 'Body too large');
  const body = method === 'POST' ? sent : null;
  try {
    // Node makes an array of set-cookie alone.
    return await upstream.send({ method, headers: req.headers as Record<string, string>, body, signal });
  } catch (error) {
    log('warn', 'upstream-failed', { error: String(error) });
    const read = readMessages(`${body}`);
    if (typeof read !== 'number') id = read.messages[0]?.id ?? null;
    const early = error instanceof UpstreamFault && ['full', 'refused'].includes(error.stage);
    return early ? refuse(503, 'No capacity', { 'retry-after': '1' }) : refuse(502, 'The server failed');
  }
}
