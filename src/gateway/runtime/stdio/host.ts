import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { UpstreamFault, type Upstream, type UpstreamResponse } from '../upstream.js';
import { jsonAnswer } from './answer.js';
import type { Log } from './child.js';
import { errorText, readMessages } from './message.js';

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

const METHODS = ['POST', 'GET', 'DELETE'];
/** Longer than the gateway's pool and any platform keep an idle connection. */
const KEEP_ALIVE = 75_000;

/** Serves an upstream on an internal network. Policy is the gateway's, which stands before it. */
export async function startHost(options: HostOptions): Promise<Host> {
  const listening = new Set<ServerResponse>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort()).on('close', () => listening.delete(res));
    if (req.method === 'GET') listening.add(res);
    const forward = ({ status, headers, body }: UpstreamResponse): void => {
      res.writeHead(status, headers).flushHeaders();
      pipeline(body, res, () => {});
    };
    answer(options, req, gone.signal).then(forward, () => res.destroy());
  });
  await once(server.listen(options.port, options.host), 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    async close(drainMs) {
      const closed = once(server.close(), 'close');
      listening.forEach((res) => res.end());
      // A connection becomes idle when its answer has left; close() saw only those that were.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

async function answer({ upstream, path, bodyLimit, log }: HostOptions, req: IncomingMessage, signal: AbortSignal): Promise<UpstreamResponse> {
  const { method = '', url = '' } = req;
  const at = url.replace(/\?.*/, '');
  if (/^\/health(\/live|\/ready)?$/.test(at)) return jsonAnswer(200, '{"status":"ok"}');
  if (at !== path) return refusal(404, 'Not found');
  if (!METHODS.includes(method)) return refusal(405, 'Method not allowed', { allow: METHODS.join(', ') });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  if (size > bodyLimit) return refusal(413, 'Body too large');
  const body = method === 'POST' ? Buffer.concat(chunks) : null;
  try {
    // Node makes an array of set-cookie alone.
    return await upstream.send({ method, headers: req.headers as Record<string, string>, body, signal });
  } catch (error) {
    log('warn', 'upstream-failed', { error: String(error) });
    const read = readMessages(`${body}`);
    const id = typeof read === 'number' ? null : (read.messages[0]?.id ?? null);
    const stage = error instanceof UpstreamFault && error.stage;
    if (stage === 'full' || stage === 'refused') return refusal(503, 'No capacity', { 'retry-after': '1' }, id);
    return refusal(502, 'The server failed', {}, id);
  }
}

/** The code repeats the status, as the gateway's do. */
function refusal(status: number, message: string, headers: Record<string, string> = {}, id: string | number | null = null): UpstreamResponse {
  return jsonAnswer(status, errorText(id, status, message), headers);
}
