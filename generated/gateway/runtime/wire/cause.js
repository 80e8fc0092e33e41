// mcpgen: Why something failed behind the gateway, in the words of log lines and of operators' pages.
import {UpstreamFault} from './fault.js';
export class CodedError extends Error {
	code;
	blame;
	constructor(code, message, blame) {
		super(message);
		this.code = code;
		this.blame = blame;
	}
}
const OF_STAGE = {
	refused: {code: 'NOT_RUNNING', cause: 'nothing runs there', blame: 'server' },
	connect: {code: 'NOT_CONNECTED', cause: 'no connection in time (timeouts.connect)', blame: 'network' },
	full: {code: 'FULL', cause: 'all places are taken', blame: 'gateway' },
	sent: {code: 'CLOSED', cause: 'the connection was closed before an answer', blame: 'server' },
	stale: {code: 'CLOSED', cause: 'the server closed a connection that it had kept', blame: 'server' },
	timeout: {code: 'NO_ANSWER', cause: 'no answer in time (timeouts.firstByte)', blame: 'server' },
	answered: {code: 'BROKEN_ANSWER', cause: 'the answer broke off', blame: 'server' },
	redirected: {code: 'REDIRECT', cause: 'it redirects', blame: 'config' },
	unlisted: {code: 'NOT_LISTED', cause: 'the server lists nothing of that name', blame: 'client' },
	denied: {code: 'UNAUTHORIZED', cause: 'it wants other credentials', blame: 'config' },
	'token-denied': { code: 'TOKEN_DENIED', cause: 'it does not accept the token of its caller', blame: 'client' },
	'token-missing': { code: 'TOKEN_MISSING', cause: 'the caller has no token that could be exchanged for one of this server', blame: 'client' },
	'token-unavailable': { code: 'EXCHANGE_UNREACHABLE', cause: 'no token for the server can be had now', blame: 'issuer' },
	'token-withheld': { code: 'EXCHANGE_REFUSED', cause: 'no token for the server is given', blame: 'issuer' },
};
const OF_CODE = {
	ENOTFOUND: 'config', EAI_AGAIN: 'network', ENETUNREACH: 'network', EHOSTUNREACH: 'network', ETIMEDOUT: 'network', ECONNREFUSED: 'server',
	BREAKER_OPEN: 'gateway', UNSENDABLE: 'client',
};
const OF_OUR_CERTIFICATE = /ALERT_(?:BAD_|NO_|UNSUPPORTED_)?CERTIFICATE|ALERT_UNKNOWN_CA|HANDSHAKE_FAILURE/;
const OF_TLS = /CERT|SIGNATURE|ALTNAME|SSL|TLS|EPROTO|ISSUER|CRL/;
const MOST = 300;
export function causeOf(error) {
	const fault = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
	const usual = OF_STAGE[fault.stage];
	const {cause} = fault;
	const code = codeOf(cause) ?? usual.code;
	return {code, cause: sentence(cause) ?? usual.cause, blame: blameOf(cause, code) ?? usual.blame};
}
function blameOf(error, code) {
	if (error instanceof CodedError && error.blame) return error.blame;
	return OF_CODE[code] ?? (OF_OUR_CERTIFICATE.test(code) ? 'config' : OF_TLS.test(code) ? 'server' : undefined);
}
function codeOf(error) {
	const {code} = (error ?? {});
	return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : null;
}
function sentence(error) {
	if (error instanceof UpstreamFault) return causeOf(error).cause;
	const all = error instanceof AggregateError ? error.errors : [error];
	const said = all.map((one) => (one instanceof Error ? one.message : typeof one === 'string' ? one : '')).filter((text) => text !== '');
	return said.length === 0 ? null : said.join('; ').replace(/\s+/g, ' ').slice(0, MOST);
}
