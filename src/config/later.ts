/**
 * What the language will have and does not yet: accepted and ignored would be a lie, and "unknown key" would send the reader looking for a typo.
 * Keys by config path (`*` is any name), with what they belong to. A row leaves when its key arrives.
 */
import type { ConfigPath } from '../diagnostics/diagnostic.js';
import { isPlaceOf } from './places.js';
import { problem, type Problem } from './problem.js';

export type Part = 'identity' | 'one endpoint and operators' | 'targets' | 'policy in CI';

const LATER_KEYS: Readonly<Record<Part, readonly string[]>> = {
  identity: [
    'gateway.allow', 'tenants.*.allow', 'servers.*.allow', 'gateway.admin.allow', 'gateway.headers', 'auth.environmentKeys', 'auth.jwt',
    'auth.lookup', 'auth.authorizationServers', 'servers.*.permissions', 'servers.*.upstream', 'tenants.*.tools', 'tenants.*.forward',
    'tenants.*.match.claim', 'tenants.*.match.lookup', 'tenants.*.match.*.claim', 'tenants.*.match.*.lookup',
  ],
  'one endpoint and operators': ['gateway.unified', 'gateway.rest', 'gateway.runtimeAdditions', 'servers.*.tools', 'toolsets'],
  targets: [
    'companions', 'machines', 'gateway.autoscale', 'gateway.machine', 'gateway.tls.acme', 'servers.*.build', 'servers.*.service', 'servers.*.ports',
    'servers.*.command', 'servers.*.args', 'servers.*.user', 'servers.*.autoscale', 'servers.*.machine', 'servers.*.placement',
    'servers.*.egress', 'servers.*.metrics', 'servers.*.websocket', 'tenants.*.isolation', 'targets.aws', 'targets.monitoring',
    'targets.clients', 'targets.nginx.snippets', 'targets.nginx.patch', 'targets.compose.profiles', 'targets.compose.patch',
    'targets.kubernetes.issuer', 'targets.kubernetes.secrets', 'targets.kubernetes.serviceMonitor', 'targets.kubernetes.patch',
    'targets.fly.regions', 'targets.fly.patch', 'policy.load', 'images.prometheus', 'images.grafana', 'images.redis',
  ],
  'policy in CI': ['policy.expect.*.request.tool', 'policy.expect.*.request.args', 'policy.expect.*.request.as.claims'],
};

/** Values of known keys that arrive later, by path. */
const LATER_VALUES: readonly { readonly path: string; readonly values: readonly unknown[]; readonly part: Part }[] = [
  { path: 'targets.nginx.mode', values: ['direct'], part: 'targets' },
  { path: 'targets.kubernetes.exposure.kind', values: ['ingress', 'load-balancer', 'alb'], part: 'targets' },
];

/** The part that brings this key, or null when no part does. */
export function laterKey(path: ConfigPath): Part | null {
  const parts = Object.keys(LATER_KEYS) as Part[];
  return parts.find((part) => LATER_KEYS[part].some((pattern) => isPlaceOf(pattern, path))) ?? null;
}

export function laterValue(path: ConfigPath, value: unknown): Part | null {
  return LATER_VALUES.find((row) => row.values.includes(value) && isPlaceOf(row.path, path))?.part ?? null;
}

export function laterDiagnostic(what: string, part: Part, path: ConfigPath, key: boolean): Problem {
  const help = 'this version refuses it rather than ignore it; leave it out';
  return problem('later', path, `${what} belongs to a later version of mcpgen (${part})`, { help, key });
}
