/**
 * Every way a request is turned away: one table for the runtime, the nginx emitter and the documentation. `code` is the JSON-RPC error code;
 * it repeats the status unless the specification pins one (MCP 2026-07-28, "Error codes"; JSON-RPC 2.0 §5.1).
 */
import type { FaultStage } from '../wire/fault.js';
import { failureText } from '../wire/replies.js';

interface ReasonRow {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  /** The limit that the refusal is counted under in the metrics. */
  readonly limit?: string;
  /** The refusal is about the origin, and is logged in words that people search for. */
  readonly origin?: true;
  /** The answer is what a server says of a name that it does not know: nothing in it tells that there is something behind the name. */
  readonly inBand?: true;
}

const http = (status: number, message: string): ReasonRow => ({ status, code: status, message });
const pinned = (code: number, message: string, status = 400): ReasonRow => ({ status, code, message });

export const REASONS = {
  'malformed-request': http(400, 'Malformed request'),
  'repeated-header': http(400, 'Host, Origin and Authorization may be sent once only'),
  'path-not-literal': http(404, 'Not found'),
  'unknown-host': http(421, 'This host is not served here'),
  'unknown-route': http(404, 'Not found'),
  'preflight-refused': { ...http(403, 'Origin not allowed'), origin: true },
  'origin-required': { ...http(403, 'An Origin is required'), origin: true },
  'origin-not-allowed': { ...http(403, 'Origin not allowed'), origin: true },
  'method-not-allowed': http(405, 'Method not allowed'),
  'expectation-unsupported': http(417, 'Expectation not supported'),
  'upgrade-unsupported': http(400, 'Upgrades are not served here'),
  'body-too-large': http(413, 'Body too large'),
  'content-type-unsupported': http(415, 'Content-Type must be application/json'),
  'headers-too-large': http(431, 'Headers too large'),
  'request-timeout': http(408, 'Request not complete in time'),
  'address-rate': { ...http(429, 'Too many requests from this address'), limit: 'address' },
  'credentials-missing': http(401, 'Credentials required'),
  'credentials-invalid': http(401, 'Credentials not accepted'),
  'tenant-unknown': http(403, 'No tenant for this request'),
  'tenant-ambiguous': http(403, 'More than one tenant for this request'),
  'server-not-granted': http(403, 'Not granted'),
  'origin-not-granted': { ...http(403, 'Not granted from this origin'), origin: true },
  'tenant-rate': { ...http(429, 'Too many requests of this tenant'), limit: 'tenant' },
  'streams-full': { ...http(429, 'Too many open streams'), limit: 'streams' },
  'sessions-full': { ...http(429, 'Too many open sessions'), limit: 'sessions' },
  'body-not-json': pinned(-32700, 'Parse error'),
  'body-not-message': pinned(-32600, 'Invalid request'),
  'body-too-deep': pinned(-32600, 'Invalid request: nested too deeply'),
  'body-duplicate-key': pinned(-32600, 'Invalid request: a key is repeated or spelled in another case'),
  'body-aborted': http(400, 'Body not complete'),
  'envelope-invalid': pinned(-32602, 'Invalid params: _meta must name the protocol version and the client capabilities'),
  'header-mismatch': pinned(-32020, 'Headers and body disagree'),
  'revision-not-served': pinned(-32022, 'Protocol version not supported'),
  'item-denied': { ...pinned(-32602, 'Not known', 200), inBand: true },
  'item-unknown': { ...pinned(-32602, 'Not known', 200), inBand: true },
  'scope-insufficient': http(403, 'More permissions are needed'),
  'session-unknown': http(404, 'Session not found'),
  'no-instance': http(503, 'No instance available'),
  'instance-full': http(503, 'No capacity'),
  'upstream-lost': http(502, 'The server behind the gateway failed'),
  'upstream-redirects': http(502, 'The server behind the gateway is not where its configuration says'),
  'upstream-denied': http(502, 'The server behind the gateway does not accept the gateway'),
  'upstream-timeout': http(504, 'The server behind the gateway did not answer in time'),
  'access-revoked': http(403, 'Access was withdrawn'),
  'draining': http(503, 'Shutting down'),
  'internal': pinned(-32603, 'Internal error', 500),
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASONS;

/** The reason to refuse a request that failed behind the gateway, by how far it had come. */
export const REASON_OF_FAULT: Readonly<Record<FaultStage, Reason>> = {
  refused: 'no-instance',
  connect: 'no-instance',
  full: 'instance-full',
  sent: 'upstream-lost',
  stale: 'upstream-lost',
  timeout: 'upstream-timeout',
  answered: 'upstream-lost',
  redirected: 'upstream-redirects',
  denied: 'upstream-denied',
  unlisted: 'item-unknown',
};

export const reasonRow = (reason: Reason): ReasonRow => REASONS[reason];

/** The body of a refusal. `idText` is the request's own id as it was written, and null until that is known (row `body`). */
export function refusalBody(reason: Reason, idText: string | null, requestId: string, data: Readonly<Record<string, unknown>> = {}): string {
  const { code, message } = REASONS[reason];
  return failureText(idText, code, message, { ...data, reason, requestId });
}
