import type { Model } from '../config/model.js';
import type { AdminPlan, SharedSettings, Traffic } from './traffic-types.js';

/** What `gateway` says of every request, whatever server it is for. */
export function planSettings({ auth, gateway }: Model): SharedSettings & Pick<Traffic, 'trustedProxies' | 'admin'> {
  const { cors } = gateway;
  return {
    anyHost: gateway.hosts === 'any',
    trustedProxies: [...gateway.trustedProxies].sort(),
    requireOrigin: gateway.requireOrigin,
    originFallback: gateway.originFallback,
    revisions: [...gateway.revisions].sort(),
    workers: gateway.workers,
    allow: null,
    auth: {
      wanted: Object.keys(auth.clients).length > 0,
      environmentKeys: false,
      issuers: [],
      lookup: null,
      authorizationServers: [],
      claims: [],
    },
    headers: [],
    limits: { ...gateway.limits, perClient: { rate: null, streams: null, fromEnvironment: false } },
    timeouts: gateway.timeouts,
    // The first key seals, so the order is kept.
    sessions: { keys: gateway.sessionKeys.map(({ secret }) => secret), ttl: gateway.sessionTtl },
    cors: { ...cors, exposeHeaders: [...cors.exposeHeaders].sort(), allowHeaders: [...cors.allowHeaders].sort() },
    admin: planAdmin(gateway.admin),
    traces: gateway.traces ?? null,
    log: gateway.log,
  };
}

function planAdmin(admin: Model['gateway']['admin']): AdminPlan | null {
  if (!admin) return null;
  const { port, host = null, readToken, writeToken } = admin;
  return { port, host, readToken: readToken?.secret ?? null, writeToken: writeToken?.secret ?? null, allow: null };
}
