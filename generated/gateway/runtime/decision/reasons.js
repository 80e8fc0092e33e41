// mcpgen
import {failureText} from '../wire/replies.js';
const http = (status, message) => ({status, code: status, message});
const pinned = (code, message, status = 400) => ({status, code, message});
export const REASONS = {
	'malformed-request': http(400, 'Malformed request'),
	'repeated-header': http(400, 'Host, Origin and Authorization may be sent once only'),
	'path-not-literal': http(404, 'Not found'), 'unknown-host': http(421, 'This host is not served here'),
	'unknown-route': http(404, 'Not found'), 'preflight-refused': { ...http(403, 'Origin not allowed'), origin: true },
	'origin-required': { ...http(403, 'An Origin is required'), origin: true },
	'origin-not-allowed': { ...http(403, 'Origin not allowed'), origin: true },
	'method-not-allowed': http(405, 'Method not allowed'),
	'expectation-unsupported': http(417, 'Expectation not supported'),
	'upgrade-unsupported': http(400, 'Upgrades are not served here'), 'body-too-large': http(413, 'Body too large'),
	'content-type-unsupported': http(415, 'Content-Type must be application/json'),
	'headers-too-large': http(431, 'Headers too large'), 'request-timeout': http(408, 'Request not complete in time'),
	'address-not-allowed': http(403, 'Not allowed from this address'),
	'address-rate': { ...http(429, 'Too many requests from this address'), limit: 'address' },
	'credentials-missing': http(401, 'Credentials required'), 'credentials-invalid': http(401, 'Credentials not accepted'),
	'issuer-unavailable': http(503, 'Whoever vouches for these credentials does not answer'),
	'lookup-unavailable': http(503, 'Whoever knows the tenant of these credentials does not answer'),
	'tenant-unknown': http(403, 'No tenant for this request'),
	'tenant-ambiguous': http(403, 'More than one tenant for this request'), 'server-not-granted': http(403, 'Not granted'),
	'origin-not-granted': { ...http(403, 'Not granted from this origin'), origin: true },
	'tenant-rate': { ...http(429, 'Too many requests of this tenant'), limit: 'tenant' },
	'client-rate': { ...http(429, 'Too many requests of this client'), limit: 'client' },
	'streams-full': { ...http(429, 'Too many open streams'), limit: 'streams' },
	'sessions-full': { ...http(429, 'Too many open sessions'), limit: 'sessions' },
	'body-not-json': pinned(-32700, 'Parse error'), 'body-not-message': pinned(-32600, 'Invalid request'),
	'body-too-deep': pinned(-32600, 'Invalid request: nested too deeply'),
	'body-duplicate-key': pinned(-32600, 'Invalid request: a key is repeated or spelled in another case'),
	'body-aborted': http(400, 'Body not complete'),
	'envelope-invalid': pinned(-32602, 'Invalid params: _meta must name the protocol version and the client capabilities'),
	'header-mismatch': pinned(-32020, 'Headers and body disagree'),
	'revision-not-served': pinned(-32022, 'Protocol version not supported'),
	'item-denied': { ...pinned(-32602, 'Not known', 200), inBand: true },
	'item-unknown': { ...pinned(-32602, 'Not known', 200), inBand: true },
	'scope-insufficient': http(403, 'More permissions are needed'), 'session-unknown': http(404, 'Session not found'),
	'no-instance': http(503, 'No instance available'), 'instance-full': http(503, 'No capacity'),
	'upstream-lost': http(502, 'The server behind the gateway failed'),
	'upstream-redirects': http(502, 'The server behind the gateway is not where its configuration says'),
	'upstream-denied': http(502, 'The server behind the gateway does not accept the gateway'),
	'token-denied': http(401, 'The server behind the gateway does not accept this token'),
	'upstream-timeout': http(504, 'The server behind the gateway did not answer in time'),
	'token-needed': http(403, 'This server is for callers with a token of an authorization server'),
	'claim-unsendable': http(403, 'The server behind the gateway cannot be told who calls'),
	'exchange-unavailable': http(503, 'No token for the server behind the gateway can be had now'),
	'exchange-refused': http(502, 'No token for the server behind the gateway was given'),
	'token-expired': http(401, 'The token has expired'), 'access-revoked': http(403, 'Access was withdrawn'),
	'draining': http(503, 'Shutting down'), 'internal': pinned(-32603, 'Internal error', 500),
};
export const REASON_OF_FAULT = {
	refused: 'no-instance', connect: 'no-instance', full: 'instance-full', sent: 'upstream-lost', stale: 'upstream-lost',
	timeout: 'upstream-timeout', answered: 'upstream-lost', redirected: 'upstream-redirects', denied: 'upstream-denied',
	unlisted: 'item-unknown', 'token-denied': 'token-denied', 'token-missing': 'token-needed',
	'token-unavailable': 'exchange-unavailable', 'token-withheld': 'exchange-refused',
};
export const reasonRow = (reason) => REASONS[reason];
export function refusalBody(reason, idText, requestId, data = {}) {
	const {code, message} = REASONS[reason];
	return failureText(idText, code, message, {...data, reason, requestId});
}
