import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { has } from '../nginx/release.js';
import { UPSTREAM } from '../nginx/upstream.js';
import { isPublishedOnLoopback } from '../shared/published.js';

/** The `upstream` block for nginx inside the compose project, where the gateway is reached by its service name. It replaces the block of the nginx target. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly resolution: Resolution;
  /** Whether nginx serves loopback names, which `nginx.conf` asks by peer; null where it serves every name. */
  readonly loopback: 'served' | 'unknown' | null;
}

/** `runtime`: nginx resolves the name again and again while it runs, and so follows containers. `start`: nginx resolves the name once, when it starts. */
export type Resolution = 'runtime' | 'start';

export function upstream(plan: Plan, nginx: NginxPlan, host: string, port: number): Upstream {
  const loopback = plan.traffic.anyHost ? null : isPublishedOnLoopback(plan) ? 'served' : 'unknown';
  return { host, port, loopback, resolution: has(nginx.release, 'resolves-while-running') ? 'runtime' : 'start' };
}

/** Docker's embedded DNS server. A name that is gone while its container is recreated is gone for as long as nginx keeps that answer. */
const RESOLVER = 'resolver 127.0.0.11 valid=1s ipv6=off;';

export function upstreamBlock({ host, port, resolution, loopback }: Upstream): string {
  const resolves = resolution === 'runtime';
  const { name, zoneSize, keepalive, keepaliveTimeout } = UPSTREAM;
  const server = [`server ${host}:${port}`, ...(resolves ? ['resolve'] : []), ...UPSTREAM.server].join(' ');
  const resolver = resolves ? [RESOLVER] : [];
  const lines = [`zone ${name} ${zoneSize};`, ...resolver, `${server};`, `keepalive ${keepalive};`, `keepalive_timeout ${keepaliveTimeout};`];
  const peers = loopback === null ? '' : `geo $mcp_loopback_is {\n  default ${loopback};\n}\n`;
  return `${peers}upstream ${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}
