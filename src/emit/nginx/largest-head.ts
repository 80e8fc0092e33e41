import type { Traffic } from '../../plan/traffic-types.js';

/** The largest head of a server that the gateway reads (`gateway/runtime/upstream/response-parser.ts`). */
const HEAD_OF_SERVER = 65_536;
/** The gateway writes a blank behind each colon. A server that wrote none has headers of four bytes at least, `a:` and the end of the line. */
const BLANKS = HEAD_OF_SERVER / 4;
/** The longest sealed id of a session (`gateway/runtime/identity/session.ts`). */
const SESSION_ID = 4096;
/** The status line, and the names and fixed values of the headers that the gateway adds. */
const FIXED = 4096;
const PAGE = 4096;

/**
 * The size in bytes of the largest head that the gateway makes, in whole pages of memory: the headers of the server, the id of the session, and what it
 * repeats of the request (its origin, its ids), which is no more than the request's head may have. nginx allocates as much for each request, and the system
 * gives it memory only for what is written.
 */
export function largestHead({ limits, cors, headers }: Traffic): number {
  const own = FIXED + [...cors.exposeHeaders, ...cors.allowHeaders, ...headers.flat()].join('\r\n').length;
  return Math.ceil((HEAD_OF_SERVER + BLANKS + SESSION_ID + limits.headers + own) / PAGE) * PAGE;
}
