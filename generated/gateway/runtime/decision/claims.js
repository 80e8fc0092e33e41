// mcpgen: Headers that claim who the caller is, which tenant it belongs to, where it comes from or what it really asks for.
export const CLAIM_NAMES = [
	...['client-ip', 'true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'fastly-client-ip', 'x-real-ip', 'x-host', 'forwarded', 'proxy'],
	...['client-cert', 'client-cert-chain', 'x-http-method', 'x-http-method-override', 'x-method-override', 'x-rewrite-url', 'x-jwt-assertion'],
	...['x-userinfo', 'x-id-token', 'x-access-token', 'x-credential-identifier', 'x-anonymous-consumer', 'x-admin', 'x-scope', 'x-scopes'],
];
export const CLAIM_PREFIXES = [
	...['x-forwarded-', 'x-original-', 'remote-', 'x-remote-', 'x-auth-', 'x-authenticated-', 'x-authentik-', 'x-webauth-', 'x-goog-', 'x-amzn-oidc-'],
	...['x-amzn-mtls-', 'cf-access-', 'cf-connecting-', 'fly-', 'x-ms-client-principal', 'x-ms-token-', 'x-consumer-', 'x-pomerium-', 'x-envoy-'],
	...['x-spiffe-', 'x-client-', 'x-ssl-client-', 'ssl-client-', 'x-internal-', 'x-impersonate-', 'impersonate-', 'tailscale-user-', 'x-hasura-'],
];
export const CLAIM_WORDS = [
	...['user', 'userid', 'username', 'tenant', 'tenantid', 'role', 'roles', 'org', 'orgid', 'organization', 'organisation', 'group', 'groups'],
	...['account', 'principal', 'subject', 'identity', 'permission', 'permissions', 'email', 'customer', 'workspace'],
];
const NAMES = new Set(CLAIM_NAMES);
const WORDS = new Set(CLAIM_WORDS);
const NO_CLAIM = /^(?:user-agent$|mcp-)/;
export function isClaim(name) {
	if (NO_CLAIM.test(name)) return false;
	if (NAMES.has(name) || CLAIM_PREFIXES.some((prefix) => name.startsWith(prefix))) return true;
	const words = name.split('-');
	return words[0] === 'x' ? words.some((word) => WORDS.has(word)) : WORDS.has(words[0]);
}
