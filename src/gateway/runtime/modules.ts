/** The optional modules that a config needs for its pools and its state, loaded before anything is changed by them. */
import type { Features } from './features.js';
import type { StateModules } from './state.js';
import type { PoolModules } from './upstream/modules.js';

export async function loadModules(features: Features): Promise<PoolModules & StateModules> {
  const [strategies, breakers, httpProbes, mcpProbes, dns, stdio, credentials] = await Promise.all([
    features.strategies?.(),
    features.breakers?.(),
    features.httpProbes?.(),
    features.mcpProbes?.(),
    features.dns?.(),
    features.stdio?.(),
    features.credentials?.(),
  ]);
  return {
    strategies: strategies?.BALANCERS ?? null,
    Breaker: breakers?.Breaker ?? null,
    httpProbe: httpProbes?.httpProbe ?? null,
    mcpProbe: mcpProbes?.mcpProbe ?? null,
    watchName: dns?.watchName ?? null,
    watchNames: dns?.watchNames ?? null,
    startChild: stdio?.startInTime ?? null,
    apiKeys: credentials?.apiKeys ?? null,
  };
}
