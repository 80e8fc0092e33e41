// mcpgen
import {digest} from '../wire/digest.js';
export const ANONYMOUS = 'anonymous';
const CLIENT = 'client:';
const TOKEN = 'token:';
export function principalName(principal) {
	switch (principal?.kind) {
		case 'client':
			return CLIENT + principal.client;
		case 'token':
			return `${tokensOf(principal.issuer)}${principal.subject}`;
		case undefined:
		case 'anonymous':
		case 'missing':
		case 'invalid':
		case 'unknown':
		case 'unavailable':
			return ANONYMOUS;
	}
}
const tokensOf = (issuer) => `${TOKEN}${issuer} `;
export const isVouchedBy = (principal, issuer) => principal.startsWith(tokensOf(issuer));
export function callerName(principal) {
	if (principal?.kind === 'client') return principal.client;
	return principal?.kind === 'token' ? TOKEN + digest(principalName(principal)) : null;
}
export const clientNamed = (principal) => (principal.startsWith(CLIENT) ? principal.slice(CLIENT.length) : null);
export const ownerName = (tenant, principal) => `${tenant}\n${principal}`;
export function readOwner(owner) {
	const [tenant = '', principal = ''] = owner.split('\n');
	return {tenant, principal};
}
