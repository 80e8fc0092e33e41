/** One instance reached over HTTP/1.1, on sockets of our own: Node's client takes about four times as long. */
import { Readable } from 'node:stream';
import { Connections, type Connection, type Endpoint } from './connections.js';
import { ResponseParser } from './response-parser.js';
import { NEVER, type Upstream, type UpstreamRequest, type UpstreamResponse } from './upstream.js';
import { UpstreamFault, type FaultStage } from '../wire/fault.js';

/** Up to so many bytes are copied behind the head, which is cheaper than writing two pieces. */
const SMALL_BODY = 16_384;

/** Bytes of an answer that wait for a slow reader before the server has to. */
const HIGH_WATER = 65_536;

const NAME = /^[!#$%&'*+.^`|~\w-]+$/;
/** What is beyond latin1 would be cut to some other character, a line feed among them. */
const NO_VALUE = /[^\t -~\x80-\xff]/;
/** RFC 9112 §3.2: no white space in a target. */
const NO_PATH = /[^!-~]/;
/** Said by the connection alone. */
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

export function httpUpstream(endpoint: Endpoint): Upstream {
  const { url } = endpoint;
  const connections = new Connections(endpoint);
  const own = url.pathname + url.search;
  const rest = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  return {
    origin: url.origin,
    send: (request) => {
      const head = headOf(own, rest, request);
      // Nothing was written, but no other instance could be asked either, and this one is not to blame.
      if (head === null) return Promise.reject(new UpstreamFault('sent', new TypeError('header that cannot be sent')));
      if (request.signal.aborted) return Promise.reject(new UpstreamFault('connect', request.signal.reason));
      return exchange(connections, head, request);
    },
    close: () => connections.close(),
  };
}

function headOf(own: string, rest: string, { method, path = own, headers, body, written }: UpstreamRequest): string | null {
  if (path !== own && NO_PATH.test(path)) return null;
  const lines = written?.of === headers ? written.lines : headLinesOf(headers);
  if (lines === null) return null;
  // RFC 9110 §8.6: a method that has a body says so when there is none.
  const length = body || method === 'POST' ? `content-length: ${body?.length ?? 0}\r\n` : '';
  return `${method} ${path}${rest}${lines}${length}\r\n`;
}

/** Headers as they are written; null where there is one that cannot be sent. */
export function headLinesOf(headers: UpstreamRequest['headers']): string | null {
  let lines = '';
  for (const name in headers) {
    const value = headers[name] as string;
    if (FRAMING.has(name)) continue;
    if (!NAME.test(name) || NO_VALUE.test(value)) return null;
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** One request and its answer. It has a connection from its beginning to its end, and none afterwards. */
function exchange(connections: Connections, head: string, { method, body, signal }: UpstreamRequest): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const parser = new ResponseParser(method);
    let connection = connections.take();
    let stream: Readable | null = null;
    let isPaused = false;
    const isKept = connection?.isOpen ?? false;
    /** Something came, be it an answer or not. */
    let isAnswering = false;

    /** Closes the connection, if it is not done with. */
    const leave = (): void => {
      connection?.drop();
      connection = null;
      if (signal !== NEVER) signal.removeEventListener('abort', abort);
    };
    const failed = (stage: FaultStage, cause?: unknown): void => {
      // Late is only a head.
      if (stage === 'timeout' && parser.head) return;
      const isStale = stage === 'sent' && isKept && !isAnswering && !signal.aborted;
      const fault = new UpstreamFault(parser.head ? 'answered' : isStale ? 'stale' : stage, cause);
      leave();
      if (stream) stream.destroy(fault);
      else reject(fault);
    };
    const abort = (): void => failed(connection?.isOpen ? 'sent' : 'connect', signal.reason);
    const resume = (): void => {
      if (isPaused) connection?.socket.resume();
      isPaused = false;
    };
    /** The answer is whole. Its connection is used again unless something is left in it, on its way there or back. */
    const finish = (keeps: number): void => {
      if (connection?.socket.writableLength === 0 && !parser.hasSurplus) {
        connections.put(connection, keeps);
        connection = null;
      }
      leave();
    };
    const read = (bytes: Buffer): boolean => {
      isAnswering = true;
      const pieces: Buffer[] = [];
      try {
        parser.push(bytes, pieces);
      } catch (error) {
        failed('sent', error);
        return false;
      }
      const { head, done } = parser;
      if (!head) return true;
      // The bytes are overwritten by the next read, of whichever connection.
      const content = Buffer.concat(pieces);
      if (done) finish(head.keeps);
      if (!stream) {
        if (!done) stream = streamOf(resume, leave);
        resolve({ status: head.status, headers: head.headers, body: stream ?? content });
      }
      isPaused = content.length > 0 && stream?.push(content) === false && !done;
      if (done) stream?.push(null);
      return !isPaused;
    };
    const ended = (): void => {
      if (!parser.end()) return failed('sent');
      leave();
      stream?.push(null);
    };

    if (!connection) return failed('connect');
    if (signal !== NEVER) signal.addEventListener('abort', abort);
    connection.use({ opened: () => write(connection as Connection, head, body, () => connection?.wait()), read, ended, failed });
  });
}

function write({ socket }: Connection, head: string, body: Buffer | null, written: () => void): void {
  if (!body) socket.write(head, 'latin1');
  else if (body.length <= SMALL_BODY) {
    const all = Buffer.allocUnsafe(head.length + body.length);
    body.copy(all, all.write(head, 'latin1'));
    socket.write(all);
  } else {
    socket.cork();
    socket.write(head, 'latin1');
    // The server has the whole time for its answer once it has everything.
    socket.write(body, written);
    socket.uncork();
  }
  written();
}

/** An answer that comes in pieces. */
function streamOf(read: () => void, leave: () => void): Readable {
  return new Readable({
    highWaterMark: HIGH_WATER,
    read,
    destroy: (error, done) => {
      leave();
      done(error);
    },
  });
}
