/**
 * The client's side of an exchange, as `Upstream` is the server's. Whoever decides, answers and reports knows no more of a connection than this; one file
 * implements it on node:http, and tests and further doors can answer without a socket.
 */
import type { Readable } from 'node:stream';
import type { GatewayRequest } from '../decision/head.js';
import type { Reason } from '../decision/reasons.js';
import type { HeaderList } from '../wire/header-list.js';
import type { Judgement } from './judgement.js';

/** Why a body did not come whole. */
export type BodyFault = Extract<Reason, 'body-too-large' | 'body-aborted' | 'malformed-request' | 'request-timeout' | 'headers-too-large'>;

/** What of a head is remembered until another comes on its connection. */
export interface HeadMemory {
  /** What followed from the head when it was judged last; null where nothing has been kept. */
  judgement: Judgement | null;
}

export interface Client {
  /** The head, as it came. */
  readonly request: GatewayRequest;
  /** Bytes that `Content-Length` announces; null where it announces none. */
  readonly length: number | null;
  /** The same object for each request that repeats the head before it on its connection, byte for byte but for the length. */
  readonly memory: HeadMemory;
  /** Whether an answer has begun, and its status. */
  readonly hasBegun: boolean;
  readonly status: number;
  /** Nothing more can be written: the client has left, or its answer has ended. */
  readonly isDone: boolean;
  /** The connection was closed before the answer had ended. */
  readonly hasLeft: boolean;
  /** All of the answer has been handed to the system. */
  readonly isComplete: boolean;

  /** Reads the body, up to `limit` bytes; a client that waits for `100 Continue` is told to go on (RFC 9110 §10.1.1). */
  body(limit: number): Promise<Buffer | BodyFault>;
  /** Answers in one piece. Its length is announced here, unless a body has none by its status. */
  answer(status: number, headers: HeaderList, body: Buffer | string): void;
  /** Begins an answer whose body comes in pieces. */
  begin(status: number, headers: HeaderList): void;
  /** Sends the head now, before there is anything of the body. */
  flush(): void;
  write(piece: Buffer | string): void;
  end(last?: string): void;
  /** Writes what `body` brings, no faster than the client reads it, and ends with it. @returns what takes `body` off again */
  pipe(body: Readable): () => void;
  /** Closes the connection behind this answer. */
  closeAfterwards(): void;
  /** Breaks off: nobody may take half an answer for a whole one. */
  cut(): void;
  /** Called once, when the answer has ended or the client has left. @returns what calls it off */
  onLeave(work: () => void): () => void;
}
