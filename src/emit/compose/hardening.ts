import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { pidsOf } from '../shared/pids.js';
import { dockerBytes } from '../shared/quantity.js';
import { stopSeconds } from '../shared/stop.js';
import type { Deploy, Service } from './types.js';

/** Settings of every service, whether it runs our code or the user's image. */
export const HARDENING = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  init: true,
  restart: 'unless-stopped',
  // Docker keeps every line for ever unless it is told otherwise, and fills the disk.
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
} as const satisfies Partial<Service>;

/** How long Docker waits before it kills a container. Servers get as long as the gateway, because the gateway waits for them. */
export function stopGracePeriod(plan: Plan): string {
  return `${stopSeconds(plan)}s`;
}

export function deployment(workload: Workload, replicas: number): Deploy {
  const { requests, limits } = workload.resources;
  return {
    replicas,
    resources: {
      limits: {
        ...(limits.cpu === null ? {} : { cpus: String(limits.cpu / 1000) }),
        memory: dockerBytes(limits.memory),
        pids: pidsOf(workload),
      },
      // A reservation of 0 bytes would reserve nothing, so it is left out.
      ...(requests.memory > 0 ? { reservations: { memory: dockerBytes(requests.memory) } } : {}),
    },
  };
}
