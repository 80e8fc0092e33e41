import type { Traffic } from '../../plan/traffic-types.js';

/** URLs that the gateway itself asks, beside its servers: who says who calls, who gives tokens, and where its traces go. Each once, sorted. */
export function askedUrls({ auth, pools, traces }: Traffic): readonly URL[] {
  const keys = auth.issuers.flatMap((issuer) => (issuer.keys.kind === 'jwks' ? [issuer.keys.url] : []));
  const exchanges = pools.flatMap(({ toServer }) => (toServer?.exchange ? [toServer.exchange.url] : []));
  const all = [...keys, ...(auth.lookup ? [auth.lookup.url] : []), ...exchanges, ...auth.authorizationServers, ...(traces ? [traces.otlp] : [])];
  return [...new Set(all)].sort().map((url) => new URL(url));
}
