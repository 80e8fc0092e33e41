import type { Workload } from '../../plan/infra-types.js';
import type { HealthPlan } from '../../plan/server-types.js';
import { httpProbe, tcpProbe } from '../shared/probe-script.js';
import { seconds } from '../shared/quantity.js';
import { literal } from './interpolation.js';
import type { Healthcheck } from './types.js';

/**
 * The health check of a service. Docker runs it inside the container, and the image of a server is not known to hold a program that could send a request. Such
 * a server therefore has no health check unless the config names a command; the gateway probes it over the network.
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
    // Until the first success, so that services that wait for this one do not wait a whole interval (Docker Engine 25).
    start_interval: '2s',
  };
}
