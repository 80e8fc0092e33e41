/** The connections to one instance. One is opened when none is idle, kept for a while, and never handed on with anything left in them. */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { FaultStage } from '../wire/fault.js';
import type { Shown, ShownNow } from './shown.js';

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
  /** What the server is shown. Default: nothing. */
  readonly shown?: ShownNow;
  /** The name that its certificate must have. Default: the host of the URL. */
  readonly serverName?: string;
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

export interface Connection {
  readonly socket: Socket;
  readonly isSecure: boolean;
  /** What TLS was made with. */
  readonly secure: Shown['secure'];
  isOpen: boolean;
  /** Until when it may be used again. */
  expires: number;
  /** Tells `user` from now on; that it is open at once, where it is. */
  use(user: ConnectionUser | null): void;
  /** Starts the wait for an answer. */
  wait(): void;
  /** Closes it, and tells nobody. */
  drop(): false;
}

function open({ url, connect, firstByte }: Endpoint, to: Target, secure: Shown['secure'], isCurrent: (secure: Shown['secure']) => boolean): Connection {
  let user: ConnectionUser | null = null;
  const isSecure = url.protocol === 'https:';
  const drop = (): false => {
    user = null;
    clearTimeout(timer);
    socket.destroy();
    return false;
  };
  const fail = (error?: NodeJS.ErrnoException): void => {
    const told = user;
    drop();
    if (!connection.isOpen) to.session = undefined;
    told?.failed(connection.isOpen ? 'sent' : error?.code === 'ECONNREFUSED' ? 'refused' : 'connect', error);
  };
  // What comes while nobody waits for it would be the answer to the next request.
  const callback = (length: number): boolean => user?.read(READ.subarray(0, length)) ?? drop();
  // An environment variable of Node switches checks off for a whole process.
  const safe = isSecure ? { rejectUnauthorized: true, ...(secure && { secureContext: secure.context }) } : {};
  const options = { ...to, ...safe, onread: { buffer: READ, callback } };
  const socket: Socket = isSecure ? connectSecure(options) : connectPlain(options);
  let timer = setTimeout(fail, connect);
  const use = (next: ConnectionUser | null): void => {
    user = next;
    if (connection.isOpen) user?.opened();
  };
  const connection: Connection = { socket, isSecure, secure, isOpen: false, expires: 0, use, wait: () => void timer.refresh(), drop };
  // The next handshake is shorter.
  socket.on('session', (session: Buffer) => void (isCurrent(secure) && (to.session = session)));
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    connection.isOpen = true;
    clearTimeout(timer);
    // One timer for all its requests. That it goes off in the middle of an answer means nothing; the socket keeps the process alive.
    timer = setTimeout(() => user?.failed('timeout'), firstByte).unref();
    socket.setNoDelay(true);
    user?.opened();
  });
  socket.once('end', () => (user ? user.ended() : drop()));
  socket.on('error', fail).once('close', () => fail());
  return connection;
}

/** A connection that nobody uses, closed by the other side or spoken to unasked, has been destroyed by then. */
const isUsable = ({ socket, expires }: Connection): boolean => socket.writable && !socket.readableEnded && performance.now() < expires;

export interface Connections {
  /** The one that was used last, or a new one; null when there is to be none any more. */
  take(): Connection | null;
  /** Takes back one whose last answer has come to its end; the server keeps it for `seconds`. */
  put(connection: Connection, seconds: number): void;
  close(): Promise<void>;
}

export function openConnections(endpoint: Endpoint): Connections {
  const place = placeOf(endpoint.url);
  const name = endpoint.serverName ?? place.host;
  // RFC 6066 §3: an address is no name.
  const target: Target = { ...place, servername: isIP(name) ? '' : name, ALPNProtocols: ['http/1.1'], session: undefined };
  let secure: Shown['secure'] = null;
  /** What was agreed on by other certificates does not count for these. */
  const useSecure = (): void => {
    const now = endpoint.shown?.now.secure ?? null;
    if (now !== secure) target.session = undefined;
    secure = now;
  };
  const all = new Set<Connection>();
  let idle: Connection[] = [];
  let sweep: NodeJS.Timeout | undefined;
  let isClosed = false;
  const dropOld = (): void => {
    idle = idle.filter((connection) => isUsable(connection) || connection.drop());
    sweep = idle.length > 0 ? setTimeout(dropOld, SWEEP).unref() : undefined;
  };
  return {
    take() {
      if (isClosed) return null;
      useSecure();
      for (let last = idle.pop(); last; last = idle.pop()) {
        if (isUsable(last) && last.secure === secure) return last;
        last.drop();
      }
      const connection = open(endpoint, target, secure, (used) => used === secure);
      all.add(connection);
      connection.socket.once('close', () => all.delete(connection));
      return connection;
    },
    put(connection, seconds) {
      connection.use(null);
      // A second less: the server counts from when it answered.
      const keep = Math.min(IDLE, (seconds - 1) * 1000);
      if (keep <= 0 || isClosed || connection.secure !== secure || idle.length >= MOST_IDLE) return void connection.drop();
      connection.expires = performance.now() + keep;
      idle.push(connection);
      sweep ??= setTimeout(dropOld, SWEEP).unref();
    },
    async close() {
      isClosed = true;
      clearTimeout(sweep);
      await Promise.all([...all].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve).destroy())));
    },
  };
}
