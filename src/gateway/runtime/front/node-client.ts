/**
 * Clients on node:http. This is the only file that knows Node's requests and responses, and it holds the fast path: a body is gathered where it arrives, an
 * answer that is there as a whole leaves in one write, and a head that its connection has brought before is recognised instead of read again.
 */
import { IncomingMessage, ServerResponse, STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { GatewayRequest } from '../decision/head.js';
import { append } from '../wire/append.js';
import { linesOf, type HeaderList } from '../wire/header-list.js';
import { atTurnsEnd } from '../wire/turn.js';
import type { Admits, BodyFault, Client, HeadMemory } from './client.js';

type Settle = (body: Buffer | BodyFault) => void;

const EMPTY = Buffer.alloc(0);
const IGNORE = (): void => {};
const ALWAYS: Admits = () => true;
/** Bytes of a body that leave in one piece with their head. */
const ONE_PIECE = 16_384;

/** A request that gathers its body itself as soon as somebody asks for it. Where nobody asks, Node throws the body away. */
class NodeRequest extends IncomingMessage {
  #settle: Settle | null = null;
  #limit = 0;
  #admits: Admits = ALWAYS;
  #store: Buffer = EMPTY;
  #size = 0;
  #fault: BodyFault | null = null;

  gather(limit: number, admits: Admits, settle: Settle): void {
    if (this.#settle !== null) throw new Error('a body is read once');
    this.#limit = limit;
    this.#admits = admits;
    this.#settle = settle;
    if (this.#fault !== null || this.destroyed) return this.#end(this.#fault ?? 'body-aborted');
    // Where it took a while until somebody asked, Node has kept what came meanwhile.
    if (this.readableLength > 0) {
      for (let kept = this.read() as Buffer | null; kept !== null; kept = this.read() as Buffer | null) this.push(kept);
      // It may have stopped the connection, for more than it keeps had come.
      this._read(0);
    }
    if (this.complete) this.push(null);
  }

  /** Nobody will ask for the body. Kept unread it would stop the connection, and nobody would hear that its client has left. */
  passOver(): void {
    if (this.#settle !== null || this.complete) return;
    this.#settle = IGNORE;
    if (this.readableLength > 0) this.read();
    this._read(0);
  }

  /** Says that the rest of the body will not come, before or while it is gathered. @returns false when that was said before */
  fail(fault: BodyFault): boolean {
    if (this.#fault !== null) return false;
    this.#fault = fault;
    this.#end(fault);
    return true;
  }

  #end(outcome: Buffer | BodyFault): void {
    const settle = this.#settle;
    if (settle === null) return;
    this.#settle = IGNORE;
    this.#store = EMPTY;
    this.#admits = ALWAYS;
    settle(outcome);
  }

  /** Node's parser hands over what came, and null behind the last of it. */
  override push(chunk: Buffer | null): boolean {
    if (this.#settle === null) return super.push(chunk);
    if (chunk === null) {
      this.#end(this.#store.subarray(0, this.#size));
      return false;
    }
    if (this.#settle === IGNORE) return true;
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.#end('body-too-large');
    else if (!this.#admits(chunk.length)) this.#end('instance-full');
    // Nearly every body is one chunk. Several chunks are copied together, because each of them keeps far more memory alive than it has bytes.
    else this.#store = this.#size === chunk.length ? chunk : append(this.#store, this.#size - chunk.length, chunk);
    return true;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#end('body-aborted');
    super._destroy(error, done);
  }

  /** What Node does, when an answer has ended, with a body that nobody has read. */
  _dump(): void {
    if (this.#settle === null || !this.complete) DUMP.call(this);
  }
}

const NODE_HEADERS = Object.getOwnPropertyDescriptor(IncomingMessage.prototype, 'headers') as { get(this: IncomingMessage): IncomingHttpHeaders };

/** Node itself reads the headers of every request. Where the head is the same as before, the headers that were read then are returned. */
Object.defineProperty(NodeRequest.prototype, 'headers', {
  get(this: NodeRequest): IncomingHttpHeaders {
    return saidBy(this).request.headers;
  },
});

const DUMP = (IncomingMessage.prototype as unknown as { _dump(this: IncomingMessage): void })._dump;

/** The last head of a connection, and what is remembered about it. */
interface Said {
  readonly method: string | undefined;
  readonly url: string | undefined;
  raw: readonly string[];
  /** Those of `request`. */
  readonly headers: Record<string, string | undefined>;
  /** Where the value of `Content-Length` is, or -1. */
  readonly lengthAt: number;
  readonly request: GatewayRequest;
  readonly memory: HeadMemory;
}

const SAID = Symbol('said');
const UNDER_WAY = Symbol('under way');
type Speaking = Socket & { [SAID]?: Said; [UNDER_WAY]?: number };
/** Requests of one connection that are served at once. Each has a server at work, and its answer waits for those before it. */
const MOST_UNDER_WAY = 32;

function saidBy(incoming: NodeRequest): Said {
  const socket = incoming.socket as Speaking;
  const last = socket[SAID];
  const raw = incoming.rawHeaders;
  // The same request asks again.
  if (last?.raw === raw) return last;
  if (!last || !isSame(last, incoming)) return (socket[SAID] = readSaid(incoming));
  last.raw = raw;
  // The headers are shared, but only the row that judges a head reads this one, and at once: a request that is pipelined behind cannot change it before.
  if (last.lengthAt !== -1) last.headers['content-length'] = raw[last.lengthAt];
  return last;
}

function isSame({ method, url, raw, lengthAt }: Said, incoming: NodeRequest): boolean {
  const other = incoming.rawHeaders;
  if (raw.length !== other.length || method !== incoming.method || url !== incoming.url) return false;
  for (let i = 0; i < raw.length; i++) if (raw[i] !== other[i] && i !== lengthAt) return false;
  return true;
}

function readSaid(incoming: NodeRequest): Said {
  const { method, url, rawHeaders: raw, socket } = incoming;
  let hosts = 0;
  let lengthAt = -1;
  const authorizations = new Set<string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    if (name.length === 14 && name.toLowerCase() === 'content-length') lengthAt = i + 1;
    if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations.add(raw[i + 1] as string);
  }
  // Of headers that may come once only Node keeps the first; others it joins with a comma.
  const headers = NODE_HEADERS.get.call(incoming) as Said['headers'];
  const peer = socket.remoteAddress ?? '';
  // Node's parser takes requests that name no version for HTTP/0.9, which had no headers, and HTTP/2.0 without what that begins with.
  const isOtherVersion = incoming.httpVersionMajor !== 1;
  const request = { method: method ?? '', target: url ?? '/', headers, hosts, authorizations: authorizations.size, isOtherVersion, peer };
  return { method, url, raw, headers, lengthAt, request, memory: { judgement: null } };
}

export type NodeReply = ServerResponse<NodeRequest>;

/** The classes that a server needs for its clients to be `NodeClient`s. */
export const NODE_CLASSES = { IncomingMessage: NodeRequest };

/** Fields by which Node knows that the head of a response has been written. */
interface Internals {
  _header: string | null;
  _headerSent: boolean;
  finished: boolean;
  /** A client waits for `100 Continue`. */
  _expect_continue: boolean;
}
/** A Node that has no such fields any more writes all answers its own way, which is slow and not wrong. */
const HAS_INTERNALS = ['_header', '_headerSent', 'finished'].every((name) => name in new ServerResponse(new NodeRequest(new Socket())));

export class NodeClient implements Client {
  readonly request: GatewayRequest;
  readonly memory: HeadMemory;
  readonly length: number | null;
  readonly isOneTooMany: boolean;
  readonly #incoming: NodeRequest;
  readonly #outgoing: NodeReply;
  #awaitsContinue: boolean;
  #leaving: (() => void)[] = [];
  /** The request before it on its connection, where that was under way when this one came. */
  #before: NodeClient | null;
  #isWritten = false;
  /** When the answer ended or the client left, in milliseconds of the monotonic clock; null before that. */
  closedAt: number | null = null;
  /** Bytes that had come on the connection by then. */
  bytesRead = 0;

  constructor(outgoing: NodeReply, awaitsContinue = false, before: NodeClient | null = null) {
    const incoming = outgoing.req;
    const { request, memory, lengthAt } = saidBy(incoming);
    this.request = request;
    this.memory = memory;
    this.length = lengthAt === -1 ? null : Number(incoming.rawHeaders[lengthAt]);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#awaitsContinue = awaitsContinue;
    this.#before = before?.closedAt === null ? before : null;
    this.isOneTooMany = this.#count(1) > MOST_UNDER_WAY;
    // A client that resets its connection is no fault of ours.
    outgoing.on('error', IGNORE);
    outgoing.on('close', () => this.#close());
  }

  /** Counts the requests under way on its connection. */
  #count(by: number): number {
    const socket = this.#incoming.socket as Speaking;
    return (socket[UNDER_WAY] = (socket[UNDER_WAY] ?? 0) + by);
  }

  #close(): void {
    if (this.closedAt !== null) return;
    this.closedAt = performance.now();
    this.#count(-1);
    this.bytesRead = this.#incoming.socket.bytesRead;
    this.#before = null;
    // The connection may keep this client for a while, but not what this work holds.
    for (let work = this.#leaving.shift(); work; work = this.#leaving.shift()) work();
  }

  /** The connection has closed. Node tells that to the answer whose turn it is, and to none that waits behind it. */
  connectionClosed(): void {
    this.#before?.connectionClosed();
    if (this.#outgoing.socket !== null) return;
    this.#outgoing.destroy();
    this.#close();
  }

  get hasBegun(): boolean {
    return this.#outgoing.headersSent;
  }
  get status(): number {
    return this.#outgoing.statusCode;
  }
  get isDone(): boolean {
    return this.#outgoing.destroyed || this.#outgoing.writableEnded;
  }
  get hasLeft(): boolean {
    return this.#outgoing.destroyed;
  }
  get isComplete(): boolean {
    return this.#isWritten;
  }

  body(limit: number, admits = ALWAYS): Promise<Buffer | BodyFault> {
    if (this.#awaitsContinue) this.#tellToContinue();
    this.#awaitsContinue = false;
    return new Promise((resolve) => this.#incoming.gather(limit, admits, resolve));
  }

  /** Said when it is this answer's turn, and not any more behind an answer: Node would put it wherever its buffers are. */
  #tellToContinue(): void {
    const outgoing = this.#outgoing;
    const tell = (): void => void (outgoing.headersSent || outgoing.writeContinue());
    if (outgoing.socket) tell();
    else outgoing.once('socket', tell);
  }

  /** The parser has refused what came behind the head. @returns false when that was said before */
  breakBody(fault: BodyFault): boolean {
    this.closeAfterwards();
    return this.#incoming.fail(fault);
  }

  /** The connection is closed behind this answer. */
  closeAfterwards(): void {
    this.#outgoing.setHeader('connection', 'close');
  }

  passOverBody(): void {
    // Who waits to be told to go on sends nothing.
    if (!this.#awaitsContinue) this.#incoming.passOver();
  }

  answer(status: number, headers: HeaderList, body: Buffer | string): void {
    const outgoing = this.#outgoing;
    if (this.isDone) return;
    this.passOverBody();
    if (body.length <= ONE_PIECE && this.#answerAtOnce(status, headers, body)) return;
    const isCounted = status !== 204 && status !== 304;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    this.#writeHead(status, isCounted ? [...headers, 'content-length', String(length)] : headers);
    outgoing.end(body);
  }

  /** Head and body in one write: Node's own way makes two of them, with a copy and a queue between. @returns false where that way is the only one */
  #answerAtOnce(status: number, headers: HeaderList, body: Buffer | string): boolean {
    const outgoing = this.#outgoing;
    const { socket } = outgoing;
    // Nobody has asked for the body, and whether it will follow cannot be known: Node has to close the connection.
    if (this.#awaitsContinue || !HAS_INTERNALS) return false;
    // Node's way is needed while an earlier answer is still being written, where the connection closes behind this one, and for an answer without a body.
    if (!socket?.writable || socket.writableLength > 0 || !outgoing.shouldKeepAlive || outgoing.hasHeader('connection')) return false;
    if (status === 204 || status === 304 || this.request.method === 'HEAD') return false;
    const bytes = typeof body === 'string' ? Buffer.from(body).toString('latin1') : body.toString('latin1');
    const lines = linesOf(headers);
    // A header cannot be sent; Node's own way says which.
    if (lines === null) return false;
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    const head = `${line}${lines}content-length: ${bytes.length}\r\ndate: ${httpDate()}\r\nconnection: keep-alive\r\n\r\n`;
    outgoing.statusCode = status;
    const internals = outgoing as unknown as Internals;
    internals._header = head;
    internals._headerSent = true;
    atTurnsEnd(() => {
      internals.finished = true;
      socket.write(head + bytes, 'latin1', (error) => {
        if (error) return;
        this.#isWritten = true;
        outgoing.emit('finish');
      });
    });
    return true;
  }

  /** Node's own way to answer. It has ended an answer also where the connection was closed before the last bytes had left. */
  #writeHead(status: number, headers: HeaderList): void {
    const { socket, complete } = this.#incoming;
    // A body that came without being waited for needs no word to go on: Node would close the connection behind this answer.
    if (complete) (this.#outgoing as unknown as Internals)._expect_continue = false;
    this.#outgoing.once('finish', () => (this.#isWritten = !socket.destroyed)).writeHead(status, headers as string[]);
  }

  begin(status: number, headers: HeaderList): void {
    if (!this.isDone) this.#writeHead(status, headers);
  }
  flush(): void {
    this.#outgoing.flushHeaders();
  }
  write(piece: Buffer | string): void {
    this.#outgoing.write(piece);
  }
  end(last?: string): void {
    if (last === undefined) this.#outgoing.end();
    else this.#outgoing.end(last);
  }
  pipe(body: Readable): () => void {
    const outgoing = this.#outgoing;
    body.pipe(outgoing);
    return () => void body.unpipe(outgoing);
  }
  cut(): void {
    this.#outgoing.destroy();
  }
  onLeave(work: () => void): () => void {
    if (this.closedAt !== null) work();
    else this.#leaving.push(work);
    return () => {
      this.#leaving = this.#leaving.filter((other) => other !== work);
    };
  }
}

let second = 0;
let date = '';

/** The `Date` header (RFC 9110 §6.6.1), formatted once for each second. */
function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) date = new Date(now * 1000).toUTCString();
  second = now;
  return date;
}
