/**
 * What the language will have and does not yet: accepted and ignored would be a lie, and "unknown key" would send the reader looking for a typo.
 * Keys by config path (`*` is any name), with what they belong to. A row leaves when its key arrives.
 */
import type { ConfigPath, Diagnostic } from '../load/types.js';
import { isPlaceOf } from './places.js';

const DATA_PLANE = 'the data plane';
const IDENTITY = 'identity';
const OPERATORS = 'one endpoint and operators';
const TARGETS = 'targets';
const CI = 'policy in CI';

const LATER_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    [DATA_PLANE]: [
      'gateway.limits.toolNames', 'gateway.traces', 'servers.*.sessionLoss', 'servers.*.revision', 'servers.*.transform',
      'servers.*.instances.*.weight', 'servers.*.instances.*.region', 'servers.*.health.method', 'servers.*.health.status',
      'servers.*.health.body', 'servers.*.health.mcp', 'servers.*.health.command', 'strategies.*.retries', 'strategies.*.timeouts',
      'strategies.*.breaker', 'strategies.*.ejection', 'strategies.*.by', 'strategies.*.prefer',
    ],
    [IDENTITY]: [
      'gateway.allow', 'tenants.*.allow', 'servers.*.allow', 'gateway.admin.allow', 'gateway.headers', 'auth.environmentKeys', 'auth.jwt',
      'auth.lookup', 'auth.authorizationServers', 'servers.*.permissions', 'servers.*.upstream', 'tenants.*.tools', 'tenants.*.forward',
      'tenants.*.match.claim', 'tenants.*.match.lookup', 'tenants.*.match.*.claim', 'tenants.*.match.*.lookup',
    ],
    [OPERATORS]: ['gateway.unified', 'gateway.rest', 'gateway.admin.writeToken', 'gateway.runtimeAdditions', 'servers.*.tools', 'toolsets'],
    [TARGETS]: [
      'companions', 'machines', 'gateway.autoscale', 'gateway.machine', 'gateway.tls.acme', 'servers.*.build', 'servers.*.service', 'servers.*.ports',
      'servers.*.command', 'servers.*.args', 'servers.*.user', 'servers.*.autoscale', 'servers.*.machine', 'servers.*.placement',
      'servers.*.egress', 'servers.*.metrics', 'servers.*.websocket', 'tenants.*.isolation', 'targets.aws', 'targets.monitoring',
      'targets.clients', 'targets.nginx.snippets', 'targets.nginx.patch', 'targets.compose.profiles', 'targets.compose.patch',
      'targets.kubernetes.issuer', 'targets.kubernetes.secrets', 'targets.kubernetes.serviceMonitor', 'targets.kubernetes.patch',
      'targets.fly.regions', 'targets.fly.patch', 'policy.load', 'images.prometheus', 'images.grafana', 'images.redis',
    ],
    [CI]: ['policy.expect.*.request.tool', 'policy.expect.*.request.args', 'policy.expect.*.request.as.claims'],
  }).flatMap(([part, keys]) => keys.map((key) => [key, part] as const)),
);

/** Values of known keys that arrive later, by path. */
const LATER_VALUES: readonly { readonly path: string; readonly values: readonly unknown[]; readonly part: string }[] = [
  { path: 'gateway.revisions.*', values: ['2024-11-05'], part: DATA_PLANE },
  { path: 'policy.expect.*.request.revision', values: ['2024-11-05'], part: DATA_PLANE },
  { path: 'strategies.*.balance', values: ['weighted', 'health-based', 'random', 'rendezvous'], part: DATA_PLANE },
  { path: 'servers.*.strategy', values: ['weighted', 'health-based', 'random', 'rendezvous'], part: DATA_PLANE },
  { path: 'targets.nginx.mode', values: ['direct'], part: TARGETS },
  { path: 'targets.kubernetes.exposure.kind', values: ['ingress', 'load-balancer', 'alb'], part: TARGETS },
];

/** The part that brings this key, or null when no part does. */
export function laterKey(path: ConfigPath): string | null {
  for (const [pattern, part] of LATER_KEYS) if (isPlaceOf(pattern, path)) return part;
  return null;
}

export function laterValue(path: ConfigPath, value: unknown): string | null {
  return LATER_VALUES.find((row) => row.values.includes(value) && isPlaceOf(row.path, path))?.part ?? null;
}

export function laterDiagnostic(what: string, part: string, path: ConfigPath, key: boolean): Diagnostic {
  return {
    code: 'later',
    message: `${what} belongs to a later version of mcpgen (${part})`,
    help: 'this version refuses it rather than ignore it; leave it out',
    place: { kind: 'path', path, key },
  };
}
