/** HTTP servers. Heads are bounded, what the parser refuses is answered in JSON, and a server that ends lets its requests finish. */
import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { REASONS, refusalBody, type Reason } from '../decision/reasons.js';
import { SettingError } from '../process/env.js';
import type { Listen } from '../tables/placement.js';
import type { Client } from './client.js';
import { linesOf, type HeaderList } from '../wire/header-list.js';
import { NODE_CLASSES, NodeClient, type NodeReply } from './node-client.js';

export interface ServerOptions {
  /** Serves one request; never throws. */
  readonly serve: (client: Client) => void;
  readonly maxHeaderSize: number;
  /** Milliseconds for a whole request; 0 for none. */
  readonly requestTimeout: number;
  /** Milliseconds for which an idle connection is kept. Default: 75 s. */
  readonly keepAlive?: number;
  /** Whether connections are to be closed behind their answers. */
  readonly isDraining?: () => boolean;
}

export interface PublicOptions extends Omit<ServerOptions, 'requestTimeout'> {
  /** Headers of every answer, also of those that the parser gives. */
  readonly headers: () => HeaderList;
  /** Told of what the parser refused, for the log and the counters. */
  readonly onParserRefusal: (reason: Reason, requestId: string, status: number, address: string) => void;
}

/** Longer than what stands in front waits between two requests (ALB 60 s, nginx 60 s), or both ends race for the close. */
export const KEEP_ALIVE = 75_000;
/** Between two looks for connections that have been idle for that long. */
const LOOK_EVERY = 5000;
/** Milliseconds that connections on which nobody has asked yet are left when the server closes: whoever has just come gets an answer. */
const SILENT = 5000;
/** Milliseconds in which a request that was sent behind another comes to be read. */
const FOLLOWED_WITHIN = 50;

/** A server for callers that are not the public: operators, and the gateway in front of a host of children. */
export function plainServer(options: ServerOptions): Server {
  return serverOf(options).server;
}

/** A server for everybody. What the parser refuses is answered in JSON, logged and counted like any other refusal. */
export function publicServer(options: PublicOptions): Server {
  const { headers, onParserRefusal } = options;
  const { server, last } = serverOf({ ...options, requestTimeout: 60_000 });
  server.headersTimeout = 30_000;
  server.on('checkExpectation', (_incoming, outgoing: NodeReply) => {
    const requestId = randomUUID();
    onParserRefusal('expectation-unsupported', requestId, 417, addressOf(outgoing.req.socket));
    const client = new NodeClient(outgoing);
    client.closeAfterwards();
    client.answer(417, ['content-type', 'application/json', ...headers()], refusalBody('expectation-unsupported', null, requestId));
  });
  server.on('connect', (_incoming, socket: Socket) => {
    const refuse = (): void => refuseRaw(socket, 'method-not-allowed', options);
    const before = last.get(socket);
    // Sooner it would be the answer to what was asked before.
    if (before) before.onLeave(refuse);
    else refuse();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const client = last.get(socket);
    const underWay = client?.closedAt === null ? client : undefined;
    const hasLeft = error.code === 'ECONNRESET' || (underWay !== undefined && error.code === 'HPE_INVALID_EOF_STATE');
    if (hasLeft || !socket.writable || underWay?.hasBegun) return void socket.destroy();
    const reason = PARSER_REASONS[error.code ?? ''] ?? 'malformed-request';
    if (!underWay) return refuseRaw(socket, reason, options);
    // The parser refused the body. The exchange that reads it answers, or has a better reason to refuse.
    // Node reports a request that is late again and again: the second time nobody is left to answer.
    if (!underWay.breakBody(reason)) socket.destroy();
  });
  return server;
}

interface Serving {
  readonly server: Server;
  /** Who asked last on each connection; while that is being answered nothing else may be written into it. */
  readonly last: ReadonlyMap<Socket, NodeClient>;
}

function serverOf({ serve, maxHeaderSize, requestTimeout, keepAlive = KEEP_ALIVE, isDraining = () => false }: ServerOptions): Serving {
  const last = new Map<Socket, NodeClient>();
  /** Connections on which nobody has asked yet. */
  const silent = new Set<Socket>();
  let isClosing = false;
  const answer = (outgoing: NodeReply, awaitsContinue: boolean): void => {
    const { socket } = outgoing.req;
    const before = last.get(socket);
    const client = new NodeClient(outgoing, awaitsContinue, before);
    last.set(socket, client);
    if (before === undefined) silent.delete(socket);
    if (isDraining() || (isClosing && before === undefined)) client.closeAfterwards();
    else if (isClosing) endBehind(client, socket);
    serve(client);
  };
  const options = {
    ...NODE_CLASSES,
    maxHeaderSize,
    // Row `normal-form` answers a missing Host, with a body; Node would answer without one.
    requireHostHeader: false,
    // Idle connections are closed now and then: Node would set a timer and clear it again for every request.
    keepAliveTimeout: 0,
    requestTimeout,
  };
  const server = createServer(options, (_incoming, outgoing) => answer(outgoing, false));
  // Node drops headers beyond the thousandth without a word, and with them an Origin that should be judged; maxHeaderSize bounds them all.
  server.maxHeadersCount = 0;
  server.on('checkContinue', (_incoming, outgoing) => answer(outgoing, true));
  server.on('connection', (socket: Socket) => {
    // Node remembers it from now on. Asked after a reset it would not know, and the client would be judged as nobody.
    void socket.remoteAddress;
    silent.add(socket);
    socket.once('close', () => {
      silent.delete(socket);
      last.get(socket)?.connectionClosed();
      last.delete(socket);
    });
  });
  const endIdle = (socket: Socket, keptFor: number): void => {
    const client = last.get(socket);
    if (client && isIdle(client, socket, keptFor)) socket.destroy();
  };
  /** Ends a connection when its own answer has ended, but not before what came behind it has been looked for. */
  const endBehind = (client: NodeClient, socket: Socket): void =>
    void client.onLeave(() => setTimeout(() => setImmediate(endIdle, socket, 0), FOLLOWED_WITHIN));
  // Called by Node when the server closes. Node's own would cut answers that have not left yet, and from Node 26 on also connections that have come and are
  // about to ask: of those that have asked each is ended behind its own answer, and those that have not are given time.
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const [socket, client] of last) endBehind(client, socket);
    setTimeout(() => silent.forEach((socket) => socket.bytesRead === 0 && socket.destroy()), SILENT).unref();
  };
  const look = setInterval(() => {
    for (const socket of last.keys()) endIdle(socket, keepAlive);
  }, Math.min(LOOK_EVERY, keepAlive)).unref();
  server.once('close', () => clearInterval(look));
  // To everybody else it is a server of plain requests and responses.
  return { server: server as unknown as Server, last };
}

/** Whether its last answer has left for so many milliseconds, and no new head has begun to come: that has a time limit of its own. */
function isIdle({ closedAt, bytesRead }: NodeClient, socket: Socket, keptFor: number): boolean {
  return closedAt !== null && performance.now() - closedAt >= keptFor && socket.bytesRead === bytesRead;
}

const PARSER_REASONS: Readonly<Record<string, 'headers-too-large' | 'request-timeout'>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Where a connection comes from; who was before that, only its requests would say. */
const addressOf = (socket: Socket): string => socket.remoteAddress ?? '';

/** Refuses where there is no response object yet: the bytes of the answer are written to the socket. */
function refuseRaw(socket: Socket, reason: Reason, { headers, onParserRefusal }: PublicOptions): void {
  const requestId = randomUUID();
  const body = refusalBody(reason, null, requestId);
  const { status } = REASONS[reason];
  onParserRefusal(reason, requestId, status, addressOf(socket));
  const lines = linesOf(['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body)), ...headers(), 'connection', 'close']);
  // A reset would be an uncaught error, and a client that never hangs up would keep the connection.
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines ?? ''}\r\n${body}`);
  setTimeout(() => socket.destroy(), 1000).unref();
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
  });
}
