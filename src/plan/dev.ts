import type { Model } from '../config/model.js';
import type { DevPlan } from './infra-types.js';
import { planHealth } from './server.js';
import { sortedEntries } from './sorted-entries.js';

/** The servers that `mcpgen dev` starts, or has the gateway start in another way than elsewhere. */
export function planDev(model: Model): DevPlan[] {
  return sortedEntries(model.servers).flatMap(([name, server]) => {
    if (!server.dev) return [];
    const { command, cwd = null, env } = server.dev;
    return [{
      server: name,
      command,
      cwd,
      env: Object.fromEntries(sortedEntries(env)),
      instances: 'instances' in server.dev ? server.dev.instances : 1,
      path: server.kind === 'http' ? server.path : null,
      health: planHealth(server),
      from: `servers.${name}.dev`,
    }];
  });
}
