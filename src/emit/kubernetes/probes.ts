import type { HealthPlan, Workload } from '../../plan/types.js';
import { askedBy } from '../shared/platform-health.js';
import { seconds } from '../shared/quantity.js';
import type { Container, ProbeHandler } from './manifests.js';
import { MCP_PORT } from './names.js';

const STARTUP_PERIOD = 2;

/**
 * Readiness takes an instance out of rotation soon; liveness restarts it late, because a restart ends every session in it. No `host`:
 * Pod Security baseline forbids it since 1.34 (KEP-4940), and health paths answer any Host.
 */
export function probes(workload: Workload): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  const { health } = workload;
  const { live, ready } = handlers(workload);
  const timeoutSeconds = seconds(health.timeout);
  const every = seconds(health.every);
  return {
    startupProbe: {
      ...live,
      periodSeconds: STARTUP_PERIOD,
      timeoutSeconds,
      failureThreshold: Math.ceil(seconds(health.startup) / STARTUP_PERIOD),
    },
    readinessProbe: { ...ready, periodSeconds: Math.min(every, 10), timeoutSeconds, failureThreshold: 2 },
    livenessProbe: { ...live, periodSeconds: every, timeoutSeconds, failureThreshold: 3 },
  };
}

function handlers({ kind, health }: Workload): { readonly live: ProbeHandler; readonly ready: ProbeHandler } {
  if (kind === 'gateway') return { live: get('/health/live'), ready: get('/health/ready') };
  const handler = handlerOf(health);
  return { live: handler, ready: handler };
}

/** What the kubelet cannot ask is left to the gateway, and the port is tested here. */
function handlerOf(health: HealthPlan): ProbeHandler {
  if (health.kind === 'command') return { exec: { command: health.command } };
  return health.kind === 'http' && askedBy('kubernetes', health) !== 'port' ? get(health.path) : { tcpSocket: { port: MCP_PORT } };
}

function get(path: string): ProbeHandler {
  return { httpGet: { path, port: MCP_PORT } };
}
