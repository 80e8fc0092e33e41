/**
 * The client's side of an exchange, as `Upstream` is the server's side. Modules that decide, answer and report know no more of a connection than this
 * interface. One file implements it on node:http; tests, and whoever else asks without a connection, implement it without a socket.
 */
import type { Readable } from 'node:stream';
import type { GatewayRequest } from '../decision/head.js';
import type { Reason } from '../decision/reasons.js';
import type { HeaderList } from '../wire/header-list.js';
import type { Judgement } from './judgement.js';

/** Why a body did not come whole. */
export type BodyFault = Extract<Reason, 'body-too-large' | 'body-aborted' | 'malformed-request' | 'request-timeout' | 'headers-too-large' | 'instance-full'>;

/** Whether there is room for so many bytes more. */
export type Admits = (bytes: number) => boolean;

/** What is remembered about a head until its connection brings a different one. */
export interface HeadMemory {
  /** The judgement of this head; null where none has been kept. */
  judgement: Judgement | null;
}

export interface Client {
  /** The head, as it came. */
  readonly request: GatewayRequest;
  /** Bytes that `Content-Length` announces; null where it announces none. */
  readonly length: number | null;
  /** Requests that repeat the head before them on their connection, byte for byte except for the length, share one memory. */
  readonly memory: HeadMemory;
  /** Whether an answer has begun, and its status. */
  readonly hasBegun: boolean;
  readonly status: number;
  /** More requests are under way on its connection than are served at once. Default: false. */
  readonly isOneTooMany?: boolean;
  /** Nothing more can be written: the client has left, or its answer has ended. */
  readonly isDone: boolean;
  /** The connection was closed before the answer had ended. */
  readonly hasLeft: boolean;
  /** All of the answer has been handed to the system. */
  readonly isComplete: boolean;

  /**
   * Reads the body, up to `limit` bytes; a client that waits for `100 Continue` is told to go on (RFC 9110 §10.1.1). `admits` is asked about the bytes that
   * come before they are kept: where it says no, the rest is read by nobody.
   */
  body(limit: number, admits?: Admits): Promise<Buffer | BodyFault>;
  /** Says that nobody will ask for the body: what comes of it is thrown away. */
  passOverBody(): void;
  /** Answers in one piece. `Content-Length` is added here, except for a status that has no body. */
  answer(status: number, headers: HeaderList, body: Buffer | string): void;
  /** Begins an answer whose body comes in pieces. */
  begin(status: number, headers: HeaderList): void;
  /** Sends the head at once, although no byte of the body is there yet. */
  flush(): void;
  write(piece: Buffer | string): void;
  end(last?: string): void;
  /** Writes the bytes of `body` as fast as the client reads them, and ends the answer when `body` ends. @returns a function that detaches `body` again */
  pipe(body: Readable): () => void;
  /** Closes the connection behind this answer. */
  closeAfterwards(): void;
  /** Breaks the connection, so that nobody takes half an answer for a whole one. */
  cut(): void;
  /** `work` is called once, when the answer has ended or the client has left; at once where that is so already. @returns a function that cancels this */
  onLeave(work: () => void): () => void;
}
