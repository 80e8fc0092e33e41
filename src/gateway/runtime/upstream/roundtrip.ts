/** One request to an instance and its answer. It has a connection from its beginning to its end, and none afterwards. */
import { Readable } from 'node:stream';
import { UpstreamFault, type FaultStage } from '../wire/fault.js';
import { atTurnsEnd } from '../wire/turn.js';
import type { Connection, Connections, ConnectionUser } from './connections.js';
import { ResponseParser } from './response-parser.js';
import { NEVER, type UpstreamRequest, type UpstreamResponse } from './upstream.js';

/** Up to so many bytes of body are written as one text with the head, which is cheaper than two pieces. */
const SMALL_BODY = 16_384;

/** Bytes of an answer that wait for a slow reader before the server has to. */
const HIGH_WATER = 65_536;

export function roundtrip(connections: Connections, head: string, request: UpstreamRequest): Promise<UpstreamResponse> {
  const connection = connections.take();
  if (!connection) return Promise.reject(new UpstreamFault('connect'));
  return new Promise((settle) => new Roundtrip(connections, connection, head, request, settle));
}

type Settle = (answer: UpstreamResponse | Promise<never>) => void;

class Roundtrip implements ConnectionUser {
  readonly #connections: Connections;
  #connection: Connection | null;
  readonly #head: string;
  readonly #request: UpstreamRequest;
  readonly #settle: Settle;
  readonly #parser: ResponseParser;
  /** Its connection was kept from before, and nothing has come on it yet. */
  #mayBeStale: boolean;
  #stream: Readable | null = null;
  #isPaused = false;

  constructor(connections: Connections, connection: Connection, head: string, request: UpstreamRequest, settle: Settle) {
    this.#connections = connections;
    this.#connection = connection;
    this.#head = head;
    this.#request = request;
    this.#settle = settle;
    this.#parser = new ResponseParser(request.method, connections.lines);
    this.#mayBeStale = connection.isOpen;
    if (request.signal !== NEVER) request.signal.addEventListener('abort', this);
    connection.use(this);
  }

  /** The answer is no longer wanted. */
  handleEvent(): void {
    this.failed(this.#connection?.isOpen ? 'sent' : 'connect', this.#request.signal.reason);
  }

  opened(): void {
    // That TLS has written something shows only a turn later, when the answer may be there already and the connection be free.
    if (this.#connection?.isSecure) this.#write();
    else atTurnsEnd(() => this.#write());
  }

  read(bytes: Buffer): boolean {
    this.#mayBeStale = false;
    const parser = this.#parser;
    let content: Buffer;
    try {
      content = parser.push(bytes);
    } catch (error) {
      this.failed('sent', error);
      return false;
    }
    const { head, done } = parser;
    if (!head) return true;
    if (done) this.#finish(head.keeps);
    if (!this.#stream) {
      if (!done) this.#stream = this.#makeStream();
      this.#settle({ status: head.status, headers: head.headers, body: this.#stream ?? content });
      if (done) return true;
    }
    this.#isPaused = content.length > 0 && !this.#stream?.push(content) && !done;
    if (done) this.#stream?.push(null);
    return !this.#isPaused;
  }

  ended(): void {
    if (!this.#parser.end()) return this.failed('sent');
    this.#leave();
    this.#stream?.push(null);
  }

  failed(stage: FaultStage, cause?: unknown): void {
    const { head } = this.#parser;
    // Late is only a head.
    if (stage === 'timeout' && head) return;
    const isStale = stage === 'sent' && this.#mayBeStale && !this.#request.signal.aborted;
    const fault = new UpstreamFault(head ? 'answered' : isStale ? 'stale' : stage, cause);
    this.#leave();
    if (this.#stream) this.#stream.destroy(fault);
    else this.#settle(Promise.reject(fault));
  }

  #write(): void {
    const connection = this.#connection;
    // Given up meanwhile.
    if (!connection) return;
    const { socket } = connection;
    const { body } = this.#request;
    // Latin1 keeps the bytes of a body as they are.
    if (!body || body.length <= SMALL_BODY) socket.write(body ? this.#head + body.toString('latin1') : this.#head, 'latin1');
    else {
      socket.cork();
      socket.write(this.#head, 'latin1');
      // The server has the whole time for its answer once it has everything.
      socket.write(body, () => this.#connection?.wait());
      socket.uncork();
    }
    connection.wait();
  }

  /** For an answer that comes in pieces. */
  #makeStream(): Readable {
    return new Readable({
      highWaterMark: HIGH_WATER,
      read: () => {
        if (this.#isPaused) this.#connection?.socket.resume();
        this.#isPaused = false;
      },
      destroy: (error, done) => {
        this.#leave();
        done(error);
      },
    });
  }

  /** The answer is whole. Its connection is used again unless something is left in it, on its way there or back. */
  #finish(keeps: number): void {
    if (this.#connection?.socket.writableLength === 0 && !this.#parser.hasSurplus) {
      this.#connections.put(this.#connection, keeps);
      this.#connection = null;
    }
    this.#leave();
  }

  /** Closes the connection, if it is not done with. */
  #leave(): void {
    this.#connection?.drop();
    this.#connection = null;
    if (this.#request.signal !== NEVER) this.#request.signal.removeEventListener('abort', this);
  }
}
