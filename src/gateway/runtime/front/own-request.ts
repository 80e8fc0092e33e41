/** The request of a call as it goes on to the server. */
import type { UpstreamRequest } from '../upstream/upstream.js';

/**
 * A class and no literal: V8 learns of a literal in often used code whether its objects live long, as all of those do that wait for a server, and then
 * makes the next ones in old memory at once. There each would keep its exchange, to which `handedOn` leads, alive long after its end.
 * All it has are fields of its own, so that a copy with `...` is whole.
 */
export class OwnRequest implements UpstreamRequest {
  readonly method: string;
  readonly query: string;
  readonly headers: UpstreamRequest['headers'];
  readonly written: UpstreamRequest['written'];
  readonly signal: AbortSignal;
  body: Buffer | null;
  handedOn: UpstreamRequest['handedOn'] = undefined;
  vouched: UpstreamRequest['vouched'] = undefined;

  constructor(
    method: string,
    query: string,
    headers: UpstreamRequest['headers'],
    written: UpstreamRequest['written'],
    body: Buffer | null,
    signal: AbortSignal,
  ) {
    this.method = method;
    this.query = query;
    this.headers = headers;
    this.written = written;
    this.signal = signal;
    this.body = body;
  }
}
