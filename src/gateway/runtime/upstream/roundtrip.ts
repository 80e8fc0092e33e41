/** One request to an instance and its answer. It has a connection from its beginning to its end, and none afterwards. */
import { Readable } from 'node:stream';
import { UpstreamFault, type FaultStage } from '../wire/fault.js';
import { atTurnsEnd } from '../wire/turn.js';
import type { Connection, Connections } from './connections.js';
import { responseParser } from './response-parser.js';
import type { UpstreamRequest, UpstreamResponse } from './upstream.js';

/** Up to so many bytes of body are written as one text with the head, which is cheaper than two pieces. */
const SMALL_BODY = 16_384;

/** Bytes of an answer that wait for a slow reader before the server has to. */
const HIGH_WATER = 65_536;

/** The signal of requests that nobody can take back: one for all of them, to which nobody needs to listen. */
export const NEVER: UpstreamRequest['signal'] = new AbortController().signal;

export function roundtrip(connections: Connections, head: string, request: UpstreamRequest): Promise<UpstreamResponse> {
  const connection = connections.take();
  if (!connection) return Promise.reject(new UpstreamFault('connect'));
  return new Promise((settle) => begin(connections, connection, head, request, settle));
}

function begin(
  connections: Connections,
  first: Connection,
  head: string,
  request: UpstreamRequest,
  settle: (answer: UpstreamResponse | Promise<never>) => void,
): void {
  const { method, signal } = request;
  let connection: Connection | null = first;
  const parser = responseParser(method);
  /** Its connection was kept from before, and nothing has come on it yet. */
  let mayBeStale = first.isOpen;
  let stream: Readable | null = null;
  let isPaused = false;

  /** Closes the connection, if it is not done with. */
  const leave = (): void => {
    connection?.drop();
    connection = null;
    if (signal !== NEVER) signal.removeEventListener('abort', abandon);
  };

  const failed = (stage: FaultStage, cause?: unknown): void => {
    // Late is only a head.
    if (stage === 'timeout' && parser.head) return;
    const isStale = stage === 'sent' && mayBeStale && !signal.aborted;
    const fault = new UpstreamFault(parser.head ? 'answered' : isStale ? 'stale' : stage, cause);
    leave();
    if (stream) stream.destroy(fault);
    else settle(Promise.reject(fault));
  };
  const abandon = (): void => failed(connection?.isOpen ? 'sent' : 'connect', signal.reason);

  const write = (): void => {
    // Given up meanwhile.
    if (!connection) return;
    const { socket } = connection;
    // The request has the only reference to it: whoever waits for an answer must not keep alive what has been handed on.
    const { body } = request;
    // Latin1 keeps the bytes of a body as they are.
    if (!body || body.length <= SMALL_BODY) {
      socket.write(body ? head + body.toString('latin1') : head, 'latin1');
      if (body) request.handedOn?.();
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      // The server has the whole time for its answer once it has everything.
      socket.write(body, (error) => {
        connection?.wait();
        if (!error) request.handedOn?.();
      });
      socket.uncork();
    }
    connection.wait();
  };

  /** For an answer that comes in pieces. */
  const makeStream = (): Readable =>
    new Readable({
      highWaterMark: HIGH_WATER,
      read: () => {
        if (isPaused) connection?.socket.resume();
        isPaused = false;
      },
      destroy: (error, done) => {
        leave();
        done(error);
      },
    });

  /** The answer is whole. Its connection is used again unless something is left in it, on its way there or back. */
  const finish = (keeps: number): void => {
    if (connection?.socket.writableLength === 0 && !parser.hasSurplus) {
      connections.put(connection, keeps);
      connection = null;
    }
    leave();
  };

  if (signal !== NEVER) signal.addEventListener('abort', abandon);
  first.use({
    // That TLS has written something shows only a turn later, when the answer may be there already and the connection be free.
    opened: () => (first.isSecure ? write() : atTurnsEnd(write)),
    read(bytes) {
      mayBeStale = false;
      let content: Buffer;
      try {
        content = parser.push(bytes);
      } catch (error) {
        failed('sent', error);
        return false;
      }
      const { head: answered, done } = parser;
      if (!answered) return true;
      if (done) finish(answered.keeps);
      if (!stream) {
        if (!done) stream = makeStream();
        settle({ status: answered.status, headers: answered.headers, body: stream ?? content });
        if (done) return true;
      }
      isPaused = content.length > 0 && !stream?.push(content) && !done;
      if (done) stream?.push(null);
      return !isPaused;
    },
    ended() {
      if (!parser.end()) return failed('sent');
      leave();
      stream?.push(null);
    },
    failed,
  });
}
