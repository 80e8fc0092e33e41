/** Plans of a config in which every kind of host, route, origin, tenant and hop occurs. */
import type { NginxTarget } from '#src/config/language/targets.js';
import type { Plan } from '#src/plan/types.js';
import { changed, existing, type AnyConfig, type Changes } from '../support/example.js';
import { planOf } from '../support/planned.js';

const server = (...origins: readonly string[]) => ({ ...existing('http://127.0.0.1:1/mcp'), origins });

const WIDE: AnyConfig = {
  name: 'acme-tools',
  gateway: {
    url: 'https://mcp.acme.test',
    // Routes of both transports: three for each server.
    revisions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
    sessionKeys: [{ secret: 'SESSION_KEY' }],
    limits: { body: '64kb', headers: '8kb', perAddress: '1000000/s' },
    timeouts: { connect: '1s', firstByte: '5s', response: '5s', idleStream: '5s', drain: '200ms' },
  },
  servers: {
    closed: server('bad'),
    custom: { ...server('app'), route: '/Custom/Route-1.x' },
    files: server('laptop', 'tunnel'),
    odd: { ...server('app'), route: '/t/odd/route' },
    old: { ...server('app'), route: '/old' },
    open: server('anything'),
    search: server('app', 'previews'),
  },
  origins: {
    anything: { preset: 'any-https' },
    app: ['https://app.acme.test', 'https://admin.acme.test:8443'],
    bad: 'https://*',
    laptop: 'http://localhost:*',
    previews: ['https://*.preview.acme.test', 'http://*.stage.acme.test:8080'],
    tunnel: { preset: 'ngrok' },
  },
  tenants: {
    acme: { match: [{ path: true }, { host: 'acme.acme.test' }], servers: '*' },
    umbra: { match: { path: true }, servers: '*' },
    zeta: { match: { host: 'zeta.acme.test' }, servers: '*' },
  },
};

type GatewayChanges = NonNullable<Changes['gateway']>;

/** Under the same hosts, but nobody's: without tenants there is the implied one alone. */
export function untenanted(gateway: GatewayChanges = {}): Changes {
  return { tenants: null, gateway: { hosts: ['acme.acme.test', 'zeta.acme.test'], ...gateway } };
}

interface Ports {
  readonly gateway: number;
  readonly nginx: number;
  readonly version?: NonNullable<NginxTarget['version']>;
}

/** nginx in front of the gateway. */
export function widePlan(changes: Changes = {}, { gateway, nginx, version = '1.30' }: Ports = { gateway: 8080, nginx: 8088 }): Plan {
  return planOf(changed(changed(WIDE, { gateway: { listen: { port: gateway } }, targets: { nginx: { version, listen: nginx } } }), changes));
}

/** Nothing generated stands in front, so the gateway believes the outside proxies alone. */
export const widePlanAlone = (changes: Changes = {}): Plan => planOf(changed(WIDE, changes));
