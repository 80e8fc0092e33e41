/**
 * Headers of the client that nginx clears on the way to the gateway. It can clear a header only by its whole name, so these are the names that are known to fit
 * the rules of `gateway/runtime/decision/claims.ts`; the gateway asks by the rules themselves.
 */
import { CLAIM_NAMES, CLAIM_WORDS, type CLAIM_PREFIXES } from '../../gateway/runtime/decision/claims.js';
import type { Plan } from '../../plan/types.js';

/** What follows a prefix in the names that proxies, clouds and meshes document. A prefix without an entry here does not compile. */
const KNOWN: Readonly<Record<(typeof CLAIM_PREFIXES)[number], readonly string[]>> = {
  'cf-access-': ['authenticated-user-email', 'client-id', 'client-secret', 'jwt-assertion'],
  'cf-connecting-': ['ip', 'ipv6'],
  'fly-': ['client-ip', 'forwarded-port', 'forwarded-proto', 'region'],
  'impersonate-': ['group', 'uid', 'user'],
  'remote-': ['email', 'groups', 'name', 'user'],
  'ssl-client-': ['cert', 'subject-dn', 'verify'],
  'tailscale-user-': ['login', 'name', 'profile-pic'],
  'x-amzn-mtls-': ['clientcert', 'clientcert-issuer', 'clientcert-leaf', 'clientcert-serial-number', 'clientcert-subject', 'clientcert-validity'],
  'x-amzn-oidc-': ['accesstoken', 'data', 'identity'],
  'x-auth-': ['email', 'request-access-token', 'request-email', 'request-groups', 'request-preferred-username', 'request-user', 'token', 'user', 'username'],
  'x-authenticated-': ['groups', 'scope', 'user', 'userid'],
  'x-authentik-': ['email', 'entitlements', 'groups', 'jwt', 'name', 'uid', 'username'],
  'x-client-': ['cert', 'cn', 'dn', 'id', 'verify'],
  'x-consumer-': ['custom-id', 'groups', 'id', 'username'],
  'x-envoy-': ['external-address', 'original-path', 'peer-metadata'],
  'x-forwarded-': [
    ...['access-token', 'by', 'client-cert', 'email', 'groups', 'path', 'preferred-username', 'prefix', 'scheme', 'server', 'ssl', 'tls-client-cert'],
    ...['uri', 'user'],
  ],
  'x-goog-': ['authenticated-user-email', 'authenticated-user-id', 'iap-jwt-assertion'],
  'x-hasura-': ['admin-secret', 'org-id', 'role', 'user-id'],
  'x-impersonate-': ['user'],
  'x-internal-': ['user'],
  'x-ms-client-principal': ['', '-id', '-idp', '-name'],
  'x-ms-token-': ['aad-access-token', 'aad-id-token'],
  'x-original-': ['host', 'method', 'uri', 'url'],
  'x-pomerium-': ['claim-email', 'claim-groups', 'jwt-assertion'],
  'x-remote-': ['email', 'group', 'groups', 'name', 'user'],
  'x-spiffe-': ['id'],
  'x-ssl-client-': ['cert', 'subject-dn', 'verify'],
  'x-webauth-': ['email', 'groups', 'name', 'role', 'user'],
};

/** Words with which an identifier has a name of its own. */
const WITH_ID: ReadonlySet<string> = new Set(['user', 'tenant', 'org', 'organization', 'organisation', 'account', 'customer', 'group', 'role', 'workspace']);

/** Names that this nginx sets itself. */
const SET_ANEW: ReadonlySet<string> = new Set(['x-real-ip']);

/** Claims that are known by name, without those that some server of the config is given. */
export function clearedHeaders({ traffic }: Plan): readonly string[] {
  const passed = new Set(traffic.pools.flatMap(({ pass }) => pass));
  const names = [...CLAIM_NAMES, ...prefixed(), ...CLAIM_WORDS.flatMap((word) => [`x-${word}`, ...(WITH_ID.has(word) ? [`x-${word}-id`] : [])])];
  return [...new Set(names)].filter((name) => !passed.has(name) && !SET_ANEW.has(name)).sort();
}

const prefixed = (): readonly string[] => Object.entries(KNOWN).flatMap(([prefix, rests]) => rests.map((rest) => prefix + rest));
