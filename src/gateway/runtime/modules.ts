/** Loads the optional modules that pools and state need, before anything is changed by them. */
import type { Features } from './features.js';
import type { StateModules } from './state.js';
import type { PoolModules } from './upstream/modules.js';

export async function loadModules({ strategies, breakers, httpProbes, mcpProbes, dns, stdio, ...others }: Features): Promise<PoolModules & StateModules> {
  return {
    ...(await strategies?.()),
    ...(await breakers?.()),
    ...(await httpProbes?.()),
    ...(await mcpProbes?.()),
    ...(await dns?.()),
    ...(await stdio?.()),
    ...(await others.credentials?.()),
    ...(await others.secrets?.()),
  };
}
