/** One instance reached over HTTP/1.1, on sockets of our own. Node's client takes about four times as long. */
import { CodedError } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { linesOf } from '../wire/header-list.js';
import { isOwn, NO_HEADERS, type OwnHeaders } from '../wire/own-headers.js';
import { openConnections, type Endpoint } from './connections.js';
import { withoutNamesOf } from './own-query.js';
import { roundtrip } from './roundtrip.js';
import { SHOWS_NOTHING } from './shown.js';
import type { Upstream, UpstreamRequest } from './upstream.js';

const unsendable = (): CodedError => new CodedError('UNSENDABLE', 'a header or the path has characters that cannot be sent');

/** RFC 9112 §3.2: no white space in a target. */
const PATH = /^[!-~]*$/;
/** Said by the connection alone. */
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

export function httpUpstream(endpoint: Endpoint): Upstream {
  const { url, shown = { now: SHOWS_NOTHING } } = endpoint;
  const connections = openConnections(endpoint);
  const own = url.pathname + url.search;
  const rest = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  return {
    origin: url.origin,
    send: (request) => {
      const head = headOf(own, rest, request, shown.now.own);
      // Nothing was written, but no other instance could be asked either, and this one is not to blame.
      if (head === null) return Promise.reject(new UpstreamFault('sent', unsendable()));
      if (request.signal.aborted) return Promise.reject(new UpstreamFault('connect', request.signal.reason));
      return roundtrip(connections, head, request);
    },
    close: connections.close,
  };
}

/** Whoever wrote the text of the headers has left out what only the gateway says. */
function headOf(own: string, rest: string, request: UpstreamRequest, shown: OwnHeaders): string | null {
  const { method, path = own, query, headers, written, body, vouched = NO_HEADERS } = request;
  const lines = written?.of === headers ? written.lines : requestLines(headers, shown, vouched);
  const target = query ? withQuery(path, query) : path;
  if (lines === null || !PATH.test(target)) return null;
  // RFC 9110 §8.6: a method that has a body says so when there is none.
  const length = body || method === 'POST' ? `content-length: ${body?.length ?? 0}\r\n` : '';
  return `${method} ${target}${rest}${lines}${shown.lines}${vouched.lines}${length}\r\n`;
}

/** The client's query behind the path, and behind what that has of its own. */
function withQuery(path: string, query: string): string {
  const mark = path.indexOf('?');
  if (mark === -1) return `${path}?${query}`;
  const left = withoutNamesOf(path.slice(mark + 1), query);
  return left === '' ? path : `${path}&${left}`;
}

/** The headers as text, except for those that the connection or the gateway itself says; null where one of them cannot be sent. */
export function requestLines(headers: UpstreamRequest['headers'], shown = NO_HEADERS, vouched = NO_HEADERS): string | null {
  const list: string[] = [];
  for (const name in headers) if (!FRAMING.has(name) && !isOwn(name, shown) && !isOwn(name, vouched)) list.push(name, headers[name] as string);
  return linesOf(list);
}
