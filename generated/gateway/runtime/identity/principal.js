// mcpgen: All callers without credentials.
export const ANONYMOUS = 'anonymous';
const CLIENT = 'client:';
export function principalName(principal) {
	switch (principal?.kind) {
		case 'client':
			return CLIENT + principal.client;
		case undefined:
		case 'anonymous':
		case 'missing':
		case 'invalid':
			return ANONYMOUS;
	}
}
export const clientNamed = (principal) => (principal.startsWith(CLIENT) ? principal.slice(CLIENT.length) : null);
export const ownerName = (tenant, principal) => `${tenant}\n${principal}`;
export function readOwner(owner) {
	const [tenant = '', principal = ''] = owner.split('\n');
	return { tenant, principal };
}
