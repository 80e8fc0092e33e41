import http from 'node:http';
import https from 'node:https';
import { UpstreamFault, type FaultStage, type Upstream, type UpstreamRequest, type UpstreamResponse } from './upstream.js';

/** Node servers close idle connections after 5 s; ours must be gone before, or a request races the close. */
const IDLE = 4000;

export interface HttpUpstreamOptions {
  readonly url: URL;
  /** Milliseconds for opening a connection. */
  readonly connect: number;
  /** Milliseconds from the request written to the head of the answer. */
  readonly firstByte: number;
}

/** One instance reached over HTTP/1.1, with its own pool of connections. */
export function httpUpstream({ url, connect, firstByte }: HttpUpstreamOptions): Upstream {
  const secure = url.protocol === 'https:';
  const agent = new (secure ? https : http).Agent({ keepAlive: true, noDelay: true, timeout: IDLE, scheduling: 'lifo' });
  const target = {
    agent,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (secure ? 443 : 80),
    path: url.pathname + url.search,
    setDefaultHeaders: false,
  };
  const send = secure ? https.request : http.request;
  return {
    origin: url.origin,
    send: (request) => exchange(send({ ...target, path: request.path ?? target.path, method: request.method, headers: headersFor(url, request) }), request, connect, firstByte),
    close: async () => agent.destroy(),
  };
}

function headersFor(url: URL, { headers, body }: UpstreamRequest): Record<string, string> {
  return { ...headers, host: url.host, connection: 'keep-alive', ...(body ? { 'content-length': String(body.length) } : {}) };
}

function exchange(outgoing: http.ClientRequest, { body, signal }: UpstreamRequest, connect: number, firstByte: number): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    let connected = false;
    let timer = setTimeout(() => fail('connect'), connect);
    const fail = (stage: FaultStage, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new UpstreamFault(stage, cause));
      outgoing.destroy();
    };
    const abort = (): void => fail(connected ? 'sent' : 'connect', signal.reason);
    const onConnected = (): void => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(() => fail('timeout'), firstByte);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    outgoing.once('close', () => signal.removeEventListener('abort', abort));
    outgoing.once('socket', (socket) => {
      if (socket.connecting) socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
      else onConnected();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(connected ? 'sent' : error.code === 'ECONNREFUSED' ? 'refused' : 'connect', error));
    // A change of protocol that nobody asked for.
    outgoing.once('upgrade', (_response, socket) => {
      socket.destroy();
      fail('sent');
    });
    outgoing.once('response', (response) => {
      clearTimeout(timer);
      resolve({ status: response.statusCode ?? 502, headers: response.headers, body: response });
    });
    outgoing.end(body ?? undefined);
  });
}
