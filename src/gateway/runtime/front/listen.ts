/** HTTP servers with the gateway's manners: bounded heads, JSON for what the parser refuses, an end that lets requests finish. */
import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { SettingError } from '../process/env.js';
import { breakBody } from './exchange.js';
import type { Handle } from './gateway.js';
import { REASONS, refusalBody, type Reason } from '../decision/reasons.js';
import type { Listen } from '../tables/placement.js';

export interface PublicOptions {
  readonly handle: Handle;
  readonly maxHeaderSize: number;
  /** Told of what the parser refused, for the log and the counters. */
  readonly onParserRefusal: (reason: Reason, requestId: string, status: number) => void;
}

export function publicServer({ handle, maxHeaderSize, onParserRefusal }: PublicOptions): Server {
  const server = createServer(
    {
      maxHeaderSize,
      // Row 0 answers a missing Host, with a body; Node would answer without one.
      requireHostHeader: false,
      // Longer than what stands in front waits between two requests (ALB 60 s, nginx 60 s), or both ends race for the close.
      keepAliveTimeout: 75_000,
      headersTimeout: 30_000,
      requestTimeout: 60_000,
    },
    (incoming, outgoing) => answer(incoming, outgoing, false),
  );
  // Node drops headers beyond the thousandth without a word, and with them an Origin that should be judged; maxHeaderSize bounds them all.
  server.maxHeadersCount = 0;
  /** What was last asked on a connection; while it is being answered nothing else may be written into it. */
  const busy = new WeakMap<Socket, { incoming: IncomingMessage; outgoing: ServerResponse }>();
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, awaitsContinue: boolean): void => {
    const { socket } = incoming;
    busy.set(socket, { incoming, outgoing });
    handle(incoming, outgoing, awaitsContinue);
  };
  server.on('checkContinue', (incoming, outgoing) => answer(incoming, outgoing, true));
  server.on('checkExpectation', (_incoming, outgoing: ServerResponse) => {
    const requestId = randomUUID();
    onParserRefusal('expectation-unsupported', requestId, 417);
    outgoing.writeHead(417, { 'content-type': 'application/json', connection: 'close' }).end(refusalBody('expectation-unsupported', null, requestId));
  });
  server.on('connect', (_incoming, socket: Socket) => refuseRaw(socket, 'method-not-allowed', onParserRefusal));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const last = busy.get(socket);
    const under = last?.outgoing.closed ? undefined : last;
    const hasLeft = error.code === 'ECONNRESET' || (under !== undefined && error.code === 'HPE_INVALID_EOF_STATE');
    if (hasLeft || !socket.writable || under?.outgoing.headersSent) return void socket.destroy();
    const reason = PARSER_REASONS[error.code ?? ''] ?? 'malformed-request';
    if (under) {
      // The parser refused the body: whoever reads it answers, or has a better reason to refuse.
      under.outgoing.setHeader('connection', 'close');
      // Told a second time, nobody is left to answer: Node reports a request that is late again and again.
      if (!breakBody(under.incoming, reason)) socket.destroy();
      return;
    }
    refuseRaw(socket, reason, onParserRefusal);
  });
  return server;
}

const PARSER_REASONS: Readonly<Record<string, 'headers-too-large' | 'request-timeout'>> = { HPE_HEADER_OVERFLOW: 'headers-too-large', ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout' };

/** There is no response object yet: the answer is written as it stands. */
function refuseRaw(socket: Socket, reason: Reason, onParserRefusal: PublicOptions['onParserRefusal']): void {
  const requestId = randomUUID();
  const body = refusalBody(reason, null, requestId);
  const { status } = REASONS[reason];
  onParserRefusal(reason, requestId, status);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  // A reset would be an uncaught error, and a client that never hangs up would keep the connection.
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), 1000).unref();
}

export function plainServer(listener: RequestListener): Server {
  return createServer({ maxHeaderSize: 16_384, keepAliveTimeout: 75_000, requestTimeout: 10_000 }, listener);
}

/** @returns the port, which the system chooses for port 0 */
export function listenAt(server: Server, { host, port }: Listen, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.code === 'EACCES' ? 'no permission for this port' : error.message;
      reject(new SettingError(`cannot listen on ${host}:${port}: ${why}; ${setting} chooses another`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Stops taking connections, lets what runs finish for `drain` ms, then cuts the rest. */
export function drainServer(server: Server, drain: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drain);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
