import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { dockerBytes, seconds } from '../shared/quantity.js';
import type { Deploy, Service } from './types.js';

/** What every service has, ours or not. */
export const HARDENING = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  init: true,
  restart: 'unless-stopped',
} as const satisfies Partial<Service>;

/** Docker kills after this: the gateway's drain, and time to end. A server finishes what the draining gateway still waits for. */
export function stopGracePeriod({ traffic }: Plan): string {
  return `${seconds(traffic.timeouts.drain) + 5}s`;
}

export function deployment(workload: Workload, replicas: number): Deploy {
  const { requests, limits } = workload.resources;
  return {
    replicas,
    resources: {
      limits: {
        ...(limits.cpu === null ? {} : { cpus: String(limits.cpu / 1000) }),
        memory: dockerBytes(limits.memory),
        pids: pids(workload),
      },
      // A soft limit, and 0 is not one.
      ...(requests.memory > 0 ? { reservations: { memory: dockerBytes(requests.memory) } } : {}),
    },
  };
}

/** Threads count as pids; a node process has about a dozen, and so may each child of a stdio host. */
function pids({ kind, child }: Workload): number {
  const BASE = { gateway: 128, 'server': 512, 'stdio-host': 128 } as const;
  return BASE[kind] + (child ? child.processes * 64 : 0);
}
