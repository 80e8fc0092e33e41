/**
 * Headers that claim who the caller is, which tenant it belongs to, where it comes from or what it really asks for. Proxies and clouds set them and servers
 * believe them, so nobody else's word for them goes on to a server. The gateway asks by these rules; nginx, which can clear a header only by its whole name,
 * clears the names that are known to fit them.
 */

/** Names that claim something, whatever they are made of. */
export const CLAIM_NAMES = [
  ...['client-ip', 'true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'fastly-client-ip', 'x-real-ip', 'x-host', 'forwarded', 'proxy'],
  ...['client-cert', 'client-cert-chain', 'x-http-method', 'x-http-method-override', 'x-method-override', 'x-rewrite-url', 'x-jwt-assertion'],
  ...['x-userinfo', 'x-id-token', 'x-access-token', 'x-credential-identifier', 'x-anonymous-consumer', 'x-admin', 'x-scope', 'x-scopes'],
] as const;

/** What a proxy, a cloud or a mesh begins its own headers with. */
export const CLAIM_PREFIXES = [
  ...['x-forwarded-', 'x-original-', 'remote-', 'x-remote-', 'x-auth-', 'x-authenticated-', 'x-authentik-', 'x-webauth-', 'x-goog-', 'x-amzn-oidc-'],
  ...['x-amzn-mtls-', 'cf-access-', 'cf-connecting-', 'fly-', 'x-ms-client-principal', 'x-ms-token-', 'x-consumer-', 'x-pomerium-', 'x-envoy-'],
  ...['x-spiffe-', 'x-client-', 'x-ssl-client-', 'ssl-client-', 'x-internal-', 'x-impersonate-', 'impersonate-', 'tailscale-user-', 'x-hasura-'],
] as const;

/** Words that claim a person, a tenant, an organisation or a role: one of the words of a name that begins with `x-`, or the first word of any other. */
export const CLAIM_WORDS = [
  ...['user', 'userid', 'username', 'tenant', 'tenantid', 'role', 'roles', 'org', 'orgid', 'organization', 'organisation', 'group', 'groups'],
  ...['account', 'principal', 'subject', 'identity', 'permission', 'permissions', 'email', 'customer', 'workspace'],
] as const;

const NAMES: ReadonlySet<string> = new Set(CLAIM_NAMES);
const WORDS: ReadonlySet<string> = new Set(CLAIM_WORDS);
/** The product that calls, and the argument of a tool (MCP 2026-07-28, Custom headers): neither says who somebody is. */
const NO_CLAIM = /^(?:user-agent$|mcp-)/;

/** @param name in lower case and with dashes: some servers read an underscore as one */
export function isClaim(name: string): boolean {
  if (NO_CLAIM.test(name)) return false;
  if (NAMES.has(name) || CLAIM_PREFIXES.some((prefix) => name.startsWith(prefix))) return true;
  const words = name.split('-');
  return words[0] === 'x' ? words.some((word) => WORDS.has(word)) : WORDS.has(words[0] as string);
}
