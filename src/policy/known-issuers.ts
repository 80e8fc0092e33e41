/**
 * What well-known issuers write into `aud` of their access tokens, as their documentation says (read in 2026-11). Each knows whether an expected audience can
 * come from it. `audiences` is null for the default, the URL of the route that was called.
 */
import type { Severity } from '../plan/policy-types.js';

export interface KnownIssuer {
  readonly name: string;
  readonly is: (issuer: URL) => boolean;
  readonly fits: (audiences: readonly string[] | null) => boolean;
  /** What it writes, as a clause. */
  readonly writes: string;
  /** What to write in the config, or to set up there. */
  readonly instead: string;
  /** `info` where it can be set up to write what is expected. */
  readonly severity: Severity;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const any = (form: RegExp) => (audiences: readonly string[] | null) => audiences?.some((one) => form.test(one)) ?? false;
const said = (audiences: readonly string[] | null): boolean => audiences !== null;

const KNOWN: readonly KnownIssuer[] = [
  {
    name: 'Entra ID',
    is: ({ hostname, pathname }) => /^login\.microsoftonline\.(?:com|us)$|^login\.partner\.microsoftonline\.cn$/.test(hostname) && /\/v2\.0\/?$/.test(pathname),
    fits: any(GUID),
    writes: 'v2 tokens carry the GUID of the application there',
    instead: "write the application (client) ID: audience: '00000000-0000-…'; clients that send `resource` need the application ID URI to be that URL",
    severity: 'error',
  },
  {
    name: 'Entra ID',
    is: ({ hostname }) => hostname === 'sts.windows.net',
    fits: said,
    writes: 'v1 tokens carry the application ID URI',
    instead: "write it: audience: 'api://<application id>'",
    severity: 'error',
  },
  {
    name: 'Cognito',
    is: ({ hostname }) => /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/.test(hostname),
    fits: said,
    writes: 'its access tokens have no aud unless a resource is bound to them',
    instead: 'bind a resource server (RFC 8707) to the user pool and write its identifier as audience, or accept ID tokens with the app client’s id',
    severity: 'error',
  },
  {
    name: 'Google',
    is: ({ hostname }) => hostname === 'accounts.google.com',
    fits: any(/\.apps\.googleusercontent\.com$/),
    writes: 'its access tokens are no JWTs, and its ID tokens carry the client’s id',
    instead: "write the OAuth client: audience: '….apps.googleusercontent.com', and have callers send ID tokens",
    severity: 'error',
  },
  {
    name: 'Keycloak',
    is: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
    fits: said,
    writes: 'it ignores resource, and carries what an audience mapper of the client says (“account” without one)',
    instead: "add an audience mapper with a name of your choice to the client scope, and write that name: audience: 'mcp'",
    severity: 'error',
  },
  {
    name: 'Auth0',
    is: ({ hostname }) => /\.auth0\.com$/.test(hostname),
    fits: said,
    writes: 'it carries the identifier of an API, and ignores resource unless the tenant has the compatibility profile for it turned on',
    instead: 'create an API whose identifier is the URL of the route, with “Resource Parameter Compatibility Profile” on, or write the identifier as audience',
    severity: 'info',
  },
  {
    name: 'WorkOS',
    is: ({ hostname }) => /\.authkit\.app$/.test(hostname) || hostname === 'api.workos.com',
    fits: said,
    writes: 'it carries the client’s id unless the URL is configured as a resource indicator',
    instead: 'add the URL of the route as a resource indicator in AuthKit, or write the client’s id as audience',
    severity: 'info',
  },
];

/** Null for an issuer of which nothing is known. */
export function knownIssuer(issuer: string): KnownIssuer | null {
  if (!URL.canParse(issuer)) return null;
  const url = new URL(issuer);
  return KNOWN.find(({ is }) => is(url)) ?? null;
}
