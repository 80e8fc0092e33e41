import type { NginxPlan } from '../../plan/target-types.js';
import { has } from '../nginx/release.js';

/** The `upstream` block that replaces nginx's own inside this project: the gateway by its service name. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly resolution: Resolution;
}

/** `runtime`: nginx follows containers as they come and go. `start`: the addresses nginx saw when it started. */
export type Resolution = 'runtime' | 'start';

export function upstream(nginx: NginxPlan, host: string, port: number): Upstream {
  return { host, port, resolution: has(nginx.release, 'resolves-while-running') ? 'runtime' : 'start' };
}

/** Docker's embedded DNS server; 5 s is short enough for a rolled container and long enough not to ask for every request. */
const RESOLVER = 'resolver 127.0.0.11 valid=5s ipv6=off;';

export function upstreamBlock({ host, port, resolution }: Upstream): string {
  const resolves = resolution === 'runtime';
  const server = [`server ${host}:${port}`, ...(resolves ? ['resolve'] : []), 'max_fails=3', 'fail_timeout=10s'].join(' ');
  const lines = ['zone mcpgen_gateway 64k;', ...(resolves ? [RESOLVER] : []), `${server};`, 'keepalive 32;', 'keepalive_timeout 60s;'];
  return `upstream mcpgen_gateway {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}
