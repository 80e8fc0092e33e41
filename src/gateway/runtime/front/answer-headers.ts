/** Headers on their way back to the client. */
import type { UpstreamResponse } from '../upstream/upstream.js';
import type { HeaderList } from '../wire/header-list.js';
import { connectionNames, HOP_BY_HOP } from '../wire/hop-by-hop.js';

/**
 * Headers of a server that no client gets. CORS is answered by the gateway, the session id is sealed, and each connection frames its own bodies. A cookie would
 * count for every server and tenant behind the gateway, and so would every header that holds for a whole origin. A client that followed a redirection would
 * take its key along, to wherever the server likes; one that believed a server's demand for credentials would fetch them wherever that names.
 */
const NOT_RETURNED = new Set([
  ...HOP_BY_HOP, 'mcp-session-id', 'vary', 'date', 'set-cookie', 'x-accel-buffering', 'x-request-id', 'x-correlation-id',
  'alt-svc', 'clear-site-data', 'strict-transport-security', 'nel', 'report-to', 'reporting-endpoints', 'location', 'refresh',
  'www-authenticate', 'authentication-info', 'proxy-authentication-info',
]);

/** Headers of CORS, and headers that would steer an nginx in front. */
const NOT_RETURNED_EITHER = /^(?:access-control-|x-accel-|x-sendfile)/;

/**
 * The server's headers that are passed on, without those of names that only the gateway gives (`owned`), then `own`. A stream must reach the client as it
 * comes, so a buffering hop in front is told (nginx: X-Accel-Buffering). The length of a body that is there as a whole is announced by whoever writes it.
 */
export function returnedHeaders(
  { status, headers, body }: UpstreamResponse,
  isStream: boolean,
  own: HeaderList,
  owned: ReadonlySet<string>,
): string[] {
  const out: string[] = [];
  const named = connectionNames(headers['connection']?.toString());
  // RFC 9110 §8.6: whoever reads a length behind 204 as announced would take the next answer for the body of this one.
  const isCounted = Buffer.isBuffer(body) || status === 204;
  for (const name in headers) {
    if (NOT_RETURNED.has(name) || owned.has(name) || named.has(name) || (isCounted && name === 'content-length')) continue;
    // Only two letters can begin what the pattern looks for.
    const first = name.charCodeAt(0);
    if ((first === 0x61 || first === 0x78) && NOT_RETURNED_EITHER.test(name)) continue;
    const value = headers[name];
    if (typeof value === 'string') out.push(name, value);
    else for (const one of value ?? []) out.push(name, one);
  }
  if (isStream) out.push('x-accel-buffering', 'no');
  const { vary } = headers;
  for (let i = 0; i < own.length; i += 2) {
    const [name, value] = [own[i] as string, own[i + 1] as string];
    out.push(name, name === 'vary' && vary !== undefined ? [value, vary].flat().filter(Boolean).join(', ') : value);
  }
  return out;
}
