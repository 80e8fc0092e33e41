/** Plans of a config that has hosts, routes, origins, tenants and hops of every sort. */
import type { NginxTarget } from '#src/config/language/targets.js';
import type { Plan } from '#src/plan/types.js';
import { changed, existing, type AnyConfig, type Changes } from '../support/example.js';
import { planOf } from '../support/planned.js';

const server = (...origins: readonly string[]) => ({ ...existing('http://127.0.0.1:1/mcp'), origins });

const WIDE: AnyConfig = {
  name: 'acme-tools',
  gateway: {
    url: 'https://mcp.acme.test',
    // With revisions of both transports, each server has three routes.
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
    app: ['https://app.acme.test', 'https://admin.acme.test:8443', 'chrome-extension://abcdefghijklmnop', 'tauri://localhost', 'app://.'],
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

/** The same hosts without the tenants, so that the implied tenant is the only one. */
export function untenanted(gateway: GatewayChanges = {}): Changes {
  return { tenants: null, gateway: { hosts: ['acme.acme.test', 'zeta.acme.test'], ...gateway } };
}

interface Ports {
  readonly gateway: number;
  readonly nginx: number;
  readonly version?: NonNullable<NginxTarget['version']>;
}

/** The plan with nginx in front of the gateway. */
export function widePlan(changes: Changes = {}, { gateway, nginx, version = '1.30' }: Ports = { gateway: 8080, nginx: 8088 }): Plan {
  return planOf(changed(changed(WIDE, { gateway: { listen: { port: gateway } }, targets: { nginx: { version, listen: nginx } } }), changes));
}

/** The plan without nginx, in which the gateway believes the declared proxies alone. */
export const widePlanAlone = (changes: Changes = {}): Plan => planOf(changed(WIDE, changes));
