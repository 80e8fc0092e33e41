import { connect } from 'node:net';
import type { HealthTable } from '../tables/pool.js';
import { placeOf } from './connections.js';

/** Asks one instance whether it is well. */
export interface Probe {
  /** Never rejects, and takes no longer than `timeout` ms. */
  look(timeout: number): Promise<boolean>;
  /** Gives back what it keeps open at the instance. */
  close(): Promise<void>;
}

/** Ways of asking more than whether it can be connected to; null where no pool does. */
export interface ProbeModules {
  readonly httpProbes: Pick<typeof import('./probe-http.js'), 'httpProbe'> | null;
  readonly mcpProbes: Pick<typeof import('./probe-mcp.js'), 'mcpProbe'> | null;
}

export function probeOf(health: HealthTable, endpoint: URL, { httpProbes, mcpProbes }: ProbeModules): Probe {
  if (health.kind === 'http' && httpProbes) return httpProbes.httpProbe(health, endpoint);
  if (health.kind === 'mcp' && mcpProbes) return mcpProbes.mcpProbe(health.ask, endpoint);
  return { look: (timeout) => lookByTcp(endpoint, timeout), close: () => Promise.resolve() };
}

function lookByTcp(url: URL, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(placeOf(url));
    const end = (well: boolean): void => {
      clearTimeout(timer);
      resolve(well);
      socket.destroy();
    };
    const timer = setTimeout(() => end(false), timeout);
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
