/** Whether an instance is well. */
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

export type HttpHealth = HealthTable & { readonly kind: 'http' };
export type McpHealth = HealthTable & { readonly kind: 'mcp' };

/** Ways of asking more than whether it can be connected to; missing where no pool does. */
export interface ProbeModules {
  readonly httpProbe?: (health: HttpHealth, endpoint: URL) => Probe;
  readonly mcpProbe?: (ask: McpHealth['ask'], endpoint: URL) => Probe;
}

export function probeOf(health: HealthTable, endpoint: URL, { httpProbe, mcpProbe }: ProbeModules): Probe {
  if (health.kind === 'http' && httpProbe) return httpProbe(health, endpoint);
  if (health.kind === 'mcp' && mcpProbe) return mcpProbe(health.ask, endpoint);
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
