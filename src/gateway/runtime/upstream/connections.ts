/** The connections to one instance: opened when none is idle, kept for a while, never handed on with anything left in them. */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { FaultStage } from '../wire/fault.js';
import { HeaderLines } from './header-lines.js';

/** Node servers close idle connections after 5 s; ours must be gone before, or a request races the close. */
const IDLE = 4000;

/** Idle connections of one instance. */
const MOST_IDLE = 256;

/** Between two looks for connections that have been idle for too long; none of them is used meanwhile. */
const SWEEP = 1000;

/**
 * All connections read into this: what is kept of it is copied before the next read, and idle ones own no memory. It has room for an answer of 64 kB with its
 * head: one that is there as a whole needs no stream.
 */
const READ = Buffer.allocUnsafeSlow(131_072);

/** Whose turn it is on a connection. */
export interface ConnectionUser {
  opened(): void;
  /** Bytes that came, good until it returns. @returns false to get no more until `resume` */
  read(bytes: Buffer): boolean;
  /** The other side has said everything. */
  ended(): void;
  failed(stage: FaultStage, cause?: unknown): void;
}

export interface Endpoint {
  readonly url: URL;
  /** Milliseconds for opening a connection. */
  readonly connect: number;
  /** Milliseconds from the request written to the head of the answer. */
  readonly firstByte: number;
}

/** A URL's host and port, for `connect`. */
export function placeOf({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** What a socket is opened to; what concerns TLS is passed over by others. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  readonly ALPNProtocols: string[];
  session: Buffer | undefined;
}

export class Connection {
  readonly socket: Socket;
  /** Until when it may be used again. */
  expires = 0;
  isOpen = false;
  readonly isSecure: boolean;
  readonly #target: Target;
  #user: ConnectionUser | null = null;
  #timer: NodeJS.Timeout;

  constructor({ url, connect, firstByte }: Endpoint, to: Target) {
    this.#target = to;
    this.#timer = setTimeout(() => this.#fail(), connect);
    this.isSecure = url.protocol === 'https:';
    // What comes while nobody waits for it would be the answer to the next request.
    const callback = (length: number): boolean => this.#user?.read(READ.subarray(0, length)) ?? this.drop();
    const options = { ...to, onread: { buffer: READ, callback } };
    const socket = this.isSecure ? connectSecure(options) : connectPlain(options);
    this.socket = socket;
    // The next handshake is shorter.
    socket.on('session', (session: Buffer) => (to.session = session));
    socket.once(this.isSecure ? 'secureConnect' : 'connect', () => {
      this.isOpen = true;
      clearTimeout(this.#timer);
      // One timer for all its requests. That it goes off in the middle of an answer means nothing; the socket keeps the process alive.
      this.#timer = setTimeout(() => this.#user?.failed('timeout'), firstByte).unref();
      socket.setNoDelay(true);
      this.#user?.opened();
    });
    socket.once('end', () => (this.#user ? this.#user.ended() : this.drop()));
    socket.on('error', (error) => this.#fail(error));
    socket.once('close', () => this.#fail());
  }

  /** A connection that nobody uses, closed by the other side or spoken to unasked, has been destroyed by then. */
  get isUsable(): boolean {
    return this.socket.writable && !this.socket.readableEnded && performance.now() < this.expires;
  }

  /** Tells `user` from now on; that it is open at once, where it is. */
  use(user: ConnectionUser | null): void {
    this.#user = user;
    if (this.isOpen) user?.opened();
  }
  /** Starts the wait for an answer. */
  wait(): void {
    this.#timer.refresh();
  }
  /** Closes it, and tells nobody. */
  drop(): false {
    this.#user = null;
    clearTimeout(this.#timer);
    this.socket.destroy();
    return false;
  }

  #fail(error?: NodeJS.ErrnoException): void {
    const user = this.#user;
    this.drop();
    if (!this.isOpen) this.#target.session = undefined;
    user?.failed(this.isOpen ? 'sent' : error?.code === 'ECONNREFUSED' ? 'refused' : 'connect', error);
  }
}

export class Connections {
  /** What its server's answers say again and again. */
  readonly lines = new HeaderLines();
  readonly #endpoint: Endpoint;
  readonly #target: Target;
  readonly #open = new Set<Connection>();
  #idle: Connection[] = [];
  #sweep: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    const place = placeOf(endpoint.url);
    // RFC 6066 §3: an address is no name.
    this.#target = { ...place, servername: isIP(place.host) ? '' : place.host, ALPNProtocols: ['http/1.1'], session: undefined };
  }

  /** The one that was used last, or a new one; null when there is to be none any more. */
  take(): Connection | null {
    if (this.#closed) return null;
    for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
      if (last.isUsable) return last;
      last.drop();
    }
    const connection = new Connection(this.#endpoint, this.#target);
    this.#open.add(connection);
    connection.socket.once('close', () => this.#open.delete(connection));
    return connection;
  }

  /** Takes back one whose last answer has come to its end; the server keeps it for `seconds`. */
  put(connection: Connection, seconds: number): void {
    connection.use(null);
    // A second less: the server counts from when it answered.
    const keep = Math.min(IDLE, (seconds - 1) * 1000);
    if (keep <= 0 || this.#closed || this.#idle.length >= MOST_IDLE) return void connection.drop();
    connection.expires = performance.now() + keep;
    this.#idle.push(connection);
    this.#sweep ??= setTimeout(() => this.#dropOld(), SWEEP).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sweep) clearTimeout(this.#sweep);
    await Promise.all([...this.#open].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve).destroy())));
  }

  #dropOld(): void {
    this.#idle = this.#idle.filter((connection) => connection.isUsable || connection.drop());
    this.#sweep = null;
    if (this.#idle.length > 0) this.#sweep = setTimeout(() => this.#dropOld(), SWEEP).unref();
  }
}
