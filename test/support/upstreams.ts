/** Small servers like MCP servers, in the test's own process. They record each request and behave as the test says. All are closed when the test file ends. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { after } from 'node:test';
import { within } from './http.js';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The names and values of the headers in turn, unchanged. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The body as JSON; undefined if there is none. */
  readonly message: { readonly id?: string | number; readonly method?: string; readonly params?: Readonly<Record<string, unknown>> } | undefined;
  readonly response: ServerResponse;
  /** Resolves when the gateway gives the request up. Never resolves when the request is answered in full. */
  readonly abandoned: Promise<void>;
  /** Resolves when every byte of the answer has been taken. */
  readonly finished: Promise<void>;
}

export type Behave = (received: Received) => void | Promise<void>;

export interface FakeUpstream {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Resolves with the n-th request that satisfies `which`, counted from 1. */
  nth(n: number, which?: (received: Received) => boolean): Promise<Received>;
  /** How the server answers. A test may replace it. */
  behave: Behave;
  /** Stops listening and cuts every connection. */
  kill(): Promise<void>;
  /** Listens again on the same port. */
  revive(): Promise<void>;
}

const closing = new Set<() => void>();
after(() => {
  for (const close of closing) close();
});

/** Answers every request with a result, and GET with 405, as servers without messages of their own do. */
export const answerAll: Behave = ({ message, method, response }) => {
  if (method !== 'POST') return void response.writeHead(method === 'DELETE' ? 200 : 405).end();
  if (message?.id === undefined) return void response.writeHead(202).end();
  json(response, { jsonrpc: '2.0', id: message.id, result: { echoed: message.method } });
};

export function json(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Opens an event stream, to which the caller writes. */
export function stream(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...headers });
  response.flushHeaders();
  return response;
}

/** A server with sessions: `initialize` opens a session, and every other request must name one. */
export function withSessions(prefix = 'up'): Behave {
  const open = new Set<string>();
  return (received) => {
    const { message, method, headers, response } = received;
    if (message?.method === 'initialize') {
      const id = `${prefix}-${open.size + 1}`;
      open.add(id);
      return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': id });
    }
    const id = headers['mcp-session-id'];
    if (id === undefined || !open.has(id)) return void response.writeHead(id === undefined ? 400 : 404, { 'content-type': 'application/json' }).end('{}');
    if (method === 'DELETE') return void (open.delete(id), response.writeHead(200).end());
    if (method === 'GET') return void stream(response, { 'mcp-session-id': id }).write(': open\n\n');
    json(response, { jsonrpc: '2.0', id: message?.id, result: { session: id, from: prefix } }, { 'mcp-session-id': id });
  };
}

export async function startUpstream(behave: Behave = answerAll): Promise<FakeUpstream> {
  const received: Received[] = [];
  const wake = new Set<() => void>();
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = (port: number): Promise<number> => {
    server = createServer((incoming, response) => {
      void record(incoming, response).then((one) => {
        received.push(one);
        for (const look of wake) look();
        return upstream.behave(one);
      });
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    return listening(server, port);
  };
  const close = (cut: (socket: Socket) => void): Promise<void> => {
    const done = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) cut(socket);
    return done;
  };
  const port = await listen(0);
  closing.add(() => void close((socket) => socket.destroy()));
  const upstream: FakeUpstream = {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    received,
    behave,
    nth: (n, which = () => true) =>
      within(
        new Promise((resolve) => {
          const look = (): void => {
            const one = received.filter(which)[n - 1];
            if (!one) return;
            wake.delete(look);
            resolve(one);
          };
          wake.add(look);
          look();
        }),
        () => `request ${n} at the upstream; it has received ${received.map(({ method, message }) => message?.method ?? method).join(', ') || 'nothing'}`,
      ),
    // A socket that is ending already is only destroyed, because resetting such a socket would keep Node 20 from ever exiting.
    kill: () => close((socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy())),
    revive: async () => void (await listen(port)),
  };
  return upstream;
}

async function record(incoming: IncomingMessage, response: ServerResponse): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { socket } = incoming;
  // Node emits 'finish' even if the socket was lost before the last bytes were sent.
  let whole = false;
  response.once('finish', () => void (whole = !socket.destroyed));
  const parse = (): Received['message'] => JSON.parse(body.toString()) as Received['message'];
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    // Node joins the values of a repeated header, so that each value here is one string.
    headers: incoming.headers as Record<string, string>,
    rawHeaders: incoming.rawHeaders,
    body,
    message: incoming.headers['content-type']?.startsWith('application/json') && body.length > 0 ? parse() : undefined,
    response,
    abandoned: new Promise((resolve) => response.once('close', () => void (whole || resolve()))),
    finished: new Promise((resolve) => response.once('finish', () => void (whole && resolve()))),
  };
}

/** A server that knows no HTTP. The test decides what each connection does. */
export async function startRawUpstream(onConnection: (socket: Socket) => void): Promise<{ readonly url: string; readonly port: number }> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    closing.add(() => socket.destroy());
    onConnection(socket);
  });
  const port = await listening(server, 0);
  closing.add(() => server.close());
  return { url: `http://127.0.0.1:${port}/mcp`, port };
}

/** A port on which nobody listens before the test file ends. One that was given back to the system may be the next that another suite gets. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const holder = net.connect(await listening(server, 0), '127.0.0.1');
  await once(holder, 'connect');
  server.unref();
  holder.unref();
  closing.add(() => {
    holder.destroy();
    server.close();
  });
  // The end of a connection has a port of its own.
  return holder.localPort ?? 0;
}

function listening(server: net.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
