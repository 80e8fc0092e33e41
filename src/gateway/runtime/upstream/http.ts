/** One instance reached over HTTP/1.1, on sockets of our own: Node's client costs more than everything else the gateway does for a request. */
import { Readable } from 'node:stream';
import { Connections, type Connection, type ConnectionUser, type Endpoint } from './connections.js';
import { ResponseParser } from './response-parser.js';
import { UpstreamFault, type FaultStage, type Upstream, type UpstreamRequest, type UpstreamResponse } from './upstream.js';

/** Up to so many bytes are copied behind the head, which is cheaper than writing two pieces. */
const SMALL_BODY = 16_384;

/** Bytes of an answer that wait for a slow reader before the server has to. */
const HIGH_WATER = 65_536;

const NAME = /^[!#$%&'*+.^`|~\w-]+$/;
/** What is beyond latin1 would be cut to some other character, a line feed among them. */
const NO_VALUE = /[^\t -~\x80-\xff]/;
/** Said by the connection alone. */
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

export function httpUpstream(endpoint: Endpoint): Upstream {
  const { url } = endpoint;
  const connections = new Connections(endpoint);
  const line = ` ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const head = headOf(line, request);
        // Nothing was written, but no other instance could be asked either, and this one is not to blame.
        if (head === null) reject(new UpstreamFault('sent', new TypeError('header that cannot be sent')));
        else if (request.signal.aborted) reject(new UpstreamFault('connect', request.signal.reason));
        else new Exchange(connections, request, head, { resolve, reject }).begin();
      }),
    close: () => connections.close(),
  };
}

function headOf(line: string, { method, headers, body }: UpstreamRequest): string | null {
  let head = method + line;
  for (const name in headers) {
    const value = headers[name] as string;
    if (FRAMING.has(name)) continue;
    if (!NAME.test(name) || NO_VALUE.test(value)) return null;
    head += `${name}: ${value}\r\n`;
  }
  // RFC 9110 §8.6: a method that has a body says so when there is none.
  if (body || method === 'POST') head += `content-length: ${body?.length ?? 0}\r\n`;
  return `${head}\r\n`;
}

/** What settles the promise of an answer. */
interface Settle {
  readonly resolve: (response: UpstreamResponse) => void;
  readonly reject: (fault: UpstreamFault) => void;
}

/** One request and its answer. It has a connection from its beginning to its end, and none afterwards. */
class Exchange implements ConnectionUser {
  readonly #connections: Connections;
  readonly #request: UpstreamRequest;
  readonly #settle: Settle;
  readonly #parser: ResponseParser;
  #connection: Connection | null = null;
  #body: Body | null = null;
  #isPaused = false;
  readonly #head: string;

  constructor(connections: Connections, request: UpstreamRequest, head: string, settle: Settle) {
    this.#connections = connections;
    this.#request = request;
    this.#head = head;
    this.#settle = settle;
    this.#parser = new ResponseParser(request.method);
  }

  begin(): void {
    this.#connection = this.#connections.take();
    if (!this.#connection) return this.failed('connect');
    this.#request.signal.addEventListener('abort', this);
    this.#connection.use(this);
  }

  opened(): void {
    const connection = this.#connection as Connection;
    const { socket } = connection;
    const { body } = this.#request;
    connection.wait();
    if (!body) return void socket.write(this.#head, 'latin1');
    if (body.length <= SMALL_BODY) {
      const all = Buffer.allocUnsafe(this.#head.length + body.length);
      body.copy(all, all.write(this.#head, 'latin1'));
      return void socket.write(all);
    }
    socket.cork();
    socket.write(this.#head, 'latin1');
    // The server has this long for its answer once it has everything.
    socket.write(body, () => this.#connection?.wait());
    socket.uncork();
  }

  read(bytes: Buffer): boolean {
    const pieces: Buffer[] = [];
    try {
      this.#parser.push(bytes, pieces);
    } catch (error) {
      this.failed('sent', error);
      return false;
    }
    const { head, done } = this.#parser;
    if (!head) return true;
    // The bytes are overwritten by the next read, of whichever connection.
    const content = Buffer.concat(pieces);
    if (done) this.#finish();
    if (!this.#body) {
      if (!done) this.#body = new Body(this);
      this.#settle.resolve({ status: head.status, headers: head.headers, body: this.#body ?? content });
    }
    this.#isPaused = content.length > 0 && this.#body?.push(content) === false && !done;
    if (done) this.#body?.push(null);
    return !this.#isPaused;
  }

  ended(): void {
    if (!this.#parser.end()) return this.failed('sent');
    this.leave();
    this.#body?.push(null);
  }

  failed(stage: FaultStage, cause?: unknown): void {
    // Late is only a head.
    if (stage === 'timeout' && this.#parser.head) return;
    const fault = new UpstreamFault(this.#parser.head ? 'answered' : stage, cause);
    this.leave();
    if (this.#body) this.#body.destroy(fault);
    else this.#settle.reject(fault);
  }

  /** The signal's. */
  handleEvent(): void {
    this.failed(this.#connection?.isOpen ? 'sent' : 'connect', this.#request.signal.reason);
  }

  resume(): void {
    if (this.#isPaused) this.#connection?.socket.resume();
    this.#isPaused = false;
  }

  /** Closes the connection, if it is not done with. */
  leave(): void {
    this.#connection?.drop();
    this.#connection = null;
    this.#request.signal.removeEventListener('abort', this);
  }

  /** The answer is whole. Its connection is used again unless something is left in it, on its way there or back. */
  #finish(): void {
    const connection = this.#connection as Connection;
    const isClear = connection.socket.writableLength === 0 && !this.#parser.hasSurplus;
    if (isClear) {
      this.#connection = null;
      this.#connections.put(connection, this.#parser.head?.keeps ?? 0);
    }
    this.leave();
  }
}

/** An answer that comes in pieces. */
class Body extends Readable {
  readonly #exchange: Exchange;
  constructor(exchange: Exchange) {
    super({ highWaterMark: HIGH_WATER });
    this.#exchange = exchange;
  }
  override _read(): void {
    this.#exchange.resume();
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#exchange.leave();
    done(error);
  }
}
