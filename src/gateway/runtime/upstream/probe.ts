/** Whether an instance is well. */
import { connect } from 'node:net';
import type { HealthTable } from '../tables/pool.js';
import { causeOf, type Cause } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { placeOf, type Endpoint } from './connections.js';

/** Asks one instance whether it is well. */
export interface Probe {
  /** Never rejects, and takes no longer than `timeout` ms. Null where nothing speaks against it, and nothing has been heard of it either. */
  look(timeout: number): Promise<boolean | null>;
  /** Why its last look found the instance not well; null where it found it well, or does not say. */
  readonly cause?: Cause | null;
  /** Gives back what it keeps open at the instance. */
  close(): Promise<void>;
}

export type HttpHealth = HealthTable & { readonly kind: 'http' };
export type McpHealth = HealthTable & { readonly kind: 'mcp' };

/** Ways of asking more than whether it can be connected to; missing where no pool does. */
export interface ProbeModules {
  readonly httpProbe?: (health: HttpHealth, endpoint: Asked) => Probe;
  readonly mcpProbe?: (ask: McpHealth['ask'], endpoint: Asked) => Probe;
}

/** Where a probe asks, and what it shows there: no more and no less than a call does. */
export type Asked = Pick<Endpoint, 'url' | 'shown' | 'serverName'>;

export function probeOf(health: HealthTable, endpoint: Asked, { httpProbe, mcpProbe }: ProbeModules): Probe {
  if (health.kind === 'http' && httpProbe) return httpProbe(health, endpoint);
  if (health.kind === 'mcp' && mcpProbe) return mcpProbe(health.ask, endpoint);
  return asking((timeout) => lookByTcp(endpoint.url, timeout));
}

/** What a look found: null for all well, else what failed: an error, or a sentence. */
export type Finding = UpstreamFault | Error | string | null;

/** A probe that keeps why it found what it found. */
export function asking(look: (timeout: number) => Promise<Finding>, close: () => Promise<void> = () => Promise.resolve()): Probe {
  let cause: Cause | null = null;
  return {
    async look(timeout) {
      const found = await look(timeout);
      // A look that did not take the server's word failed by what the server said.
      cause = found === null ? null : typeof found === 'string' ? { code: 'NOT_WELL', cause: found, blame: 'server' } : causeOf(found);
      return found === null;
    },
    get cause() {
      return cause;
    },
    close,
  };
}

function lookByTcp(url: URL, timeout: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect(placeOf(url));
    const end = (found: Finding): void => {
      clearTimeout(timer);
      resolve(found);
      socket.destroy();
    };
    const timer = setTimeout(() => end(new UpstreamFault('connect', 'no connection in time (health.timeout)')), timeout);
    socket.on('connect', () => end(null));
    socket.on('error', (error) => end(new UpstreamFault('connect', error)));
  });
}
