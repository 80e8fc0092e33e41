/**
 * The config that the tests of emitters and rules share, and functions that change it. The real pipeline makes plans of it.
 *
 *   examplePlan()                                                    // search ×3 by image, files by npm, crm that runs elsewhere; all targets
 *   examplePlan({ servers: { notes: image({ stateful: true }) }, targets: { fly: null } })
 *   examplePlan({ gateway: { requireOrigin: true } })
 */
import type { Config } from '#src/config/language/config.js';
import type { ExistingServer, ImageServer, Server, StdioServer, Volume } from '#src/config/language/servers.js';
import type { Targets } from '#src/config/language/targets.js';
import type { Plan } from '#src/plan/types.js';
import { planOf, type Overrides } from './planned.js';

/** The type of a config whose references the compiler does not check. Validation checks them. */
export type AnyConfig = Config<string, string, string, string, string, string>;
type AnyServer = Server<string, string>;

/** Changes of a config. Objects are merged, and null removes a key. Servers, origins, tenants and values with a tag (`kind`, `at`) are replaced as a whole. */
export type Changes = { readonly [K in keyof AnyConfig]?: (K extends Whole ? AnyConfig[K] : Change<AnyConfig[K]>) | null };
type Whole = 'servers' | 'origins' | 'tenants' | 'strategies';
type Change<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: Change<T[K]> | null } : T;
const WHOLE: readonly string[] = ['servers', 'origins', 'tenants', 'strategies'] satisfies readonly Whole[];

type Image = ImageServer<string, string>;
type Stdio = Extract<StdioServer<string, string>, { npm?: never; uv?: never; image?: never }>;
type StdioDetails = Partial<Omit<Stdio, 'kind' | 'npm' | 'uv' | 'image'>>;

export const IMAGE = 'ghcr.io/acme/search:1.4.2';

/** A server that a target runs from an image. */
export const image = (details: Partial<Omit<Image, 'kind'>> = {}): Image => ({ kind: 'http', image: IMAGE, ...details });

/** A server that runs elsewhere. */
export function existing(url: string, ...more: readonly string[]): ExistingServer<string, string> {
  return { kind: 'http', instances: [{ url }, ...more.map((url) => ({ url }))] };
}

const COMMAND = ['mcp-server'] as const;
/** A stdio server without an image or a package, so that no container can run it. */
export const bareCommand = (details: StdioDetails = {}): AnyServer => ({ kind: 'stdio', command: COMMAND, ...details });
export const npm = (pinned: `${string}@${string}`, details: StdioDetails = {}): AnyServer => ({ kind: 'stdio', command: COMMAND, npm: pinned, ...details });
export const uv = (pinned: `${string}==${string}`, details: StdioDetails = {}): AnyServer => ({ kind: 'stdio', command: COMMAND, uv: pinned, ...details });
/** A stdio server in the user's image. */
export const stdioImage = (reference: string, details: StdioDetails = {}): AnyServer => ({ kind: 'stdio', command: COMMAND, image: reference, ...details });

export const volume = (name: string, details: Partial<Volume> = {}): Volume => ({ name, path: `/${name}`, size: '1gb', ...details });

export const EXAMPLE_TARGETS = {
  nginx: { version: '1.30' },
  compose: {},
  kubernetes: { exposure: { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra' } } },
  fly: { region: 'ord' },
} as const satisfies Targets;

export const EXAMPLE: AnyConfig = {
  name: 'acme-tools',
  gateway: {
    url: 'https://mcp.acme.test',
    replicas: 2,
    sessionKeys: [{ secret: 'MCPGEN_SESSION_KEY' }],
    admin: { readToken: { secret: 'MCPGEN_READ_TOKEN' } },
  },
  auth: { clients: { 'acme-ci': { keys: [{ secret: 'ACME_API_KEY' }], permissions: ['read'], rotateBy: '2027-01-31' } } },
  servers: {
    crm: existing('https://crm.acme.test/mcp', 'http://10.1.2.3:8000/mcp'),
    files: npm('@acme/files@2.0.1', { env: { FILES_TOKEN: { secret: 'FILES_TOKEN' } }, volumes: [volume('data')] }),
    search: image({ replicas: 3, port: 8023, health: { path: '/health' }, env: { LOG_LEVEL: 'info', TOKEN: { secret: 'INDEX_TOKEN' } } }),
  },
  origins: { app: 'https://app.acme.test' },
  targets: EXAMPLE_TARGETS,
  images: { node: 'node:22.21.0-bookworm-slim', nginx: 'nginx:1.30.6' },
};

/** What identity adds: issuers, a lookup, settings of the environment, credentials for servers, signed tenants. Every kind of secret is in it. */
export const IDENTITY = {
  gateway: { allow: { cidrs: ['192.0.2.0/24'] }, limits: { perClient: { fromEnvironment: true } } },
  auth: {
    environmentKeys: true,
    jwt: [{ issuer: 'https://id.acme.test', jwks: 'https://keys.acme.test:8443/jwks' }, { issuer: 'internal', secret: { secret: 'TOKEN_SECRET' } }],
    lookup: { url: 'http://127.0.0.1:9400/tenant' },
    authorizationServers: ['https://login.acme.test:9443'],
  },
  servers: {
    crm: {
      ...existing('https://crm.acme.test/mcp'),
      upstream: {
        headers: { 'X-Tier': { secret: 'CRM_TIER' } },
        tls: { ca: { secret: 'CRM_CA' } },
        exchange: { url: 'https://10.9.8.7:7443/token', client: { id: 'gateway', secret: { secret: 'EXCHANGE_SECRET' } }, grant: 'token-exchange' },
      },
    },
    search: image({ upstream: { auth: { bearer: { secret: 'SEARCH_TOKEN' } } } }),
  },
  tenants: {
    acme: { match: { client: 'acme-ci' }, servers: ['search'], forward: { signed: { prefix: 'X-TB-', secret: { secret: 'SIGNING_KEY' } } } },
    globex: { match: { claim: { iss: 'internal', org: 'globex' } }, servers: '*', tools: [{ allow: '*.get_*' }] },
  },
} as const satisfies Changes;

export function examplePlan(changes: Changes = {}, overrides: Overrides = {}): Plan {
  return planOf(changed(EXAMPLE, changes), overrides);
}

/** A config with changes. The result may be invalid, and validation then says so. */
export function changed(config: object, changes: object): object {
  return merged(config, changes, true) as object;
}

function merged(base: unknown, change: unknown, isRoot = false): unknown {
  if (!isPlain(change) || !isPlain(base) || 'kind' in change || 'at' in change) return change;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = isRoot && WHOLE.includes(key) ? value : merged(result[key], value);
  }
  return result;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
