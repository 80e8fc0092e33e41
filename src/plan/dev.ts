import type { Model } from '../config/model.js';
import type { DevPlan } from './infra-types.js';
import { planHealth } from './server.js';
import { sortedEntries } from './sorted-entries.js';

/** The servers that `mcpgen dev` starts. A stdio server is a child of the gateway and needs no command of its own. */
export function planDev(model: Model): DevPlan[] {
  return sortedEntries(model.servers).flatMap(([name, server]) => {
    if (server.kind === 'stdio' || !server.dev) return [];
    const { command, cwd = null, env, instances } = server.dev;
    return [{
      server: name,
      command,
      cwd,
      env: Object.fromEntries(sortedEntries(env)),
      instances,
      path: server.path,
      health: planHealth(server),
      from: `servers.${name}.dev`,
    }];
  });
}
