import type { Model } from '../config/model.js';
import { planAllowed } from './allowed.js';
import type { AdminPlan, SharedSettings, Traffic } from './traffic-types.js';

/** What `gateway` says of every request, whatever server it is for. */
export function planSettings({ gateway }: Model): Omit<SharedSettings, 'auth' | 'headers'> & Pick<Traffic, 'trustedProxies' | 'admin'> {
  const { cors } = gateway;
  const { perClient, ...limits } = gateway.limits;
  return {
    anyHost: gateway.hosts === 'any',
    trustedProxies: [...gateway.trustedProxies].sort(),
    requireOrigin: gateway.requireOrigin,
    originFallback: gateway.originFallback,
    revisions: [...gateway.revisions].sort(),
    workers: gateway.workers,
    allow: planAllowed(gateway.allow),
    limits: { ...limits, perClient: { rate: perClient.rate ?? null, streams: perClient.streams ?? null, fromEnvironment: perClient.fromEnvironment } },
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
  const { port, host = null, readToken, writeToken, allow } = admin;
  return { port, host, readToken: readToken?.secret ?? null, writeToken: writeToken?.secret ?? null, allow: planAllowed(allow) };
}
