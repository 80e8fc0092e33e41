import type { Workload } from '../../plan/infra-types.js';
import type { HealthPlan } from '../../plan/server-types.js';
import { probeAccuracy } from '../shared/platform-health.js';
import { seconds } from '../shared/quantity.js';
import type { Container, ProbeHandler } from './manifests.js';
import { MCP_PORT } from './names.js';

/** Seconds between two startup probes. */
const STARTUP_PERIOD = 2;

/**
 * The probes of a container. Readiness takes a pod out of rotation after few failures. Liveness restarts it after more, because a restart ends every session in
 * it. No probe names a `host`: Pod Security baseline forbids that since 1.34 (KEP-4940), and health paths are answered for any host.
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

/** The handler of a server's probes. Where the kubelet cannot ask what `health` asks, the gateway asks it and the kubelet tests the port alone. */
function handlerOf(health: HealthPlan): ProbeHandler {
  if (health.kind === 'command') return { exec: { command: health.command } };
  return health.kind === 'http' && probeAccuracy('kubernetes', health) !== 'port' ? get(health.path) : { tcpSocket: { port: MCP_PORT } };
}

function get(path: string): ProbeHandler {
  return { httpGet: { path, port: MCP_PORT } };
}
