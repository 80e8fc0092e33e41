// mcpgen: Why something failed behind the gateway, in the words of log lines and of operators' pages.
import {UpstreamFault} from './fault.js';
export class CodedError extends Error {
	code;
	constructor(code, message) {
		super(message);
		this.code = code;
	}
}
const OF_STAGE = {
	refused: { code: 'NOT_RUNNING', cause: 'nothing runs there', blame: 'server' },
	connect: { code: 'NOT_CONNECTED', cause: 'no connection in time (timeouts.connect)', blame: 'network' },
	full: { code: 'FULL', cause: 'all places are taken', blame: 'gateway' },
	sent: { code: 'CLOSED', cause: 'the connection was closed before an answer', blame: 'server' },
	stale: { code: 'CLOSED', cause: 'the server closed a connection that it had kept', blame: 'server' },
	timeout: { code: 'NO_ANSWER', cause: 'no answer in time (timeouts.firstByte)', blame: 'server' },
	answered: { code: 'BROKEN_ANSWER', cause: 'the answer broke off', blame: 'server' },
	redirected: { code: 'REDIRECT', cause: 'it redirects', blame: 'config' },
	denied: { code: 'UNAUTHORIZED', cause: 'it wants other credentials', blame: 'config' },
};
const OF_CODE = {
	ENOTFOUND: 'config', EAI_AGAIN: 'network', ENETUNREACH: 'network', EHOSTUNREACH: 'network', ETIMEDOUT: 'network', ECONNREFUSED: 'server',
	BREAKER_OPEN: 'gateway', UNSENDABLE: 'client',
};
const OF_TLS = /CERT|SIGNATURE|ALTNAME|SSL|TLS|EPROTO|ISSUER|CRL/;
const MOST = 300;
export function causeOf(error) {
	const fault = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
	const usual = OF_STAGE[fault.stage];
	const { cause } = fault;
	const code = codeOf(cause) ?? usual.code;
	return { code, cause: sentence(cause) ?? usual.cause, blame: OF_CODE[code] ?? (OF_TLS.test(code) ? 'server' : usual.blame) };
}
function codeOf(error) {
	const { code } = (error ?? {});
	return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : null;
}
function sentence(error) {
	if (error instanceof UpstreamFault) return causeOf(error).cause;
	const all = error instanceof AggregateError ? error.errors : [error];
	const said = all.map((one) => (one instanceof Error ? one.message : typeof one === 'string' ? one : '')).filter((text) => text !== '');
	return said.length === 0 ? null : said.join('; ').replace(/\s+/g, ' ').slice(0, MOST);
}
