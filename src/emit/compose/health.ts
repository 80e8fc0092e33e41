import type { Workload } from '../../plan/infra-types.js';
import type { HealthPlan } from '../../plan/server-types.js';
import { httpProbe, tcpProbe } from '../shared/probe-script.js';
import { seconds } from '../shared/quantity.js';
import { literal } from './interpolation.js';
import type { Healthcheck } from './types.js';

/**
 * A health check runs inside the container, and nothing is known to be in a server's image that could ask: null, unless its command is named. The gateway
 * probes such a server over the network.
 */
export function healthcheck({ kind, port, health }: Workload): Healthcheck | null {
  switch (kind) {
    case 'gateway':
      return check(httpProbe(port, '/health/ready', health.timeout), health);
    case 'stdio-host':
      return check(health.kind === 'http' ? httpProbe(port, health.path, health.timeout) : tcpProbe(port, health.timeout), health);
    case 'server':
      return health.kind === 'command' ? check(health.command, health) : null;
  }
}

export function check(command: readonly string[], { every, timeout, startup }: HealthPlan): Healthcheck {
  return {
    test: ['CMD', ...command].map(literal),
    interval: `${seconds(every)}s`,
    timeout: `${seconds(timeout)}s`,
    retries: 3,
    start_period: `${seconds(startup)}s`,
    // While starting, so that what waits for it does not wait a whole interval (Engine 25).
    start_interval: '2s',
  };
}
