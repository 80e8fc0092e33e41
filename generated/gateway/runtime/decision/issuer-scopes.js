// mcpgen: What an issuer's tokens must have, where one of them has not all of it; null where it has.
export function scopesLacking({raw}, {issuer, permissions}) {
	const {scopes = []} = raw.auth.issuers.find((one) => one.issuer === issuer) ?? {};
	return scopes.every((scope) => permissions.includes(scope)) ? null : scopes;
}
