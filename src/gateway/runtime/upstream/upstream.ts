/**
 * The one seam between the gateway and what is behind it. An HTTP instance and a stdio child answer through the same three types, so that
 * policy, sessions and streaming know of neither.
 */
import type { Readable } from 'node:stream';
import type { Failure } from '../wire/fault.js';
import type { OwnHeaders } from '../wire/own-headers.js';

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query at the instance, where it is not that of its URL. */
  readonly path?: string;
  /** What the client's target has behind its question mark, as it came; it goes behind what the URL or the path has of its own, which it cannot name again. */
  readonly query?: string;
  /** Lower-case names; no hop-by-hop headers, no `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers as text, where that is known. The text counts only for the very object that it was written of. */
  readonly written?: { readonly of: UpstreamRequest['headers']; readonly lines: string } | undefined;
  /** What the gateway says of the caller, put here for each sending because it ages: nothing on the way changes it, and children are not told. */
  vouched?: OwnHeaders | undefined;
  /** Null for methods without one, and as soon as its bytes have been given back: then it cannot be sent again. */
  body: Buffer | null;
  /** Told when the body is at the server, or at least not in this process any more. */
  handedOn?: (() => void) | undefined;
  /** Aborted when the answer is no longer wanted: the client of a modern request has gone, or the gateway is closing. */
  readonly signal: AbortSignal;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; a repeated header is an array. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whole where it came with its head, which spares a stream; else bytes as they come, which end, or error with an `UpstreamFault`. */
  readonly body: Buffer | Readable;
  /** Why it is an error made in place of an answer that the server did not give; null where it did. Of a stream that is known when it has ended. */
  readonly failure?: () => Failure | null;
}

export interface Upstream {
  /** Scheme, host and port; absent for what is not reached over HTTP. */
  readonly origin?: string;
  /** What is counted at it, by the end of the counter's name; the same object always. Absent where nothing is. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Resolves with the head of the answer; rejects with an `UpstreamFault`. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}
