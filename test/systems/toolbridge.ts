/** System D, `toolbridge`: an MCP proxy on Fly in front of an API in Kubernetes, which must know for which tenant it is asked. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../support/gateway-tables.js';
import { ROOT } from '../support/folder.js';

/** The verifier as it is shipped, which the API of this system has copied. */
interface Verifier {
  verifyTenant(request: { readonly rawHeaders: readonly string[] }, options: { prefix: string; secrets: readonly (string | undefined)[] }): string | null;
}
export const shippedVerifier = async (): Promise<Verifier['verifyTenant']> =>
  ((await import(pathToFileURL(join(ROOT, 'examples/verify-tenant/verify-tenant.js')).href)) as Verifier).verifyTenant;

export const PREFIX = 'X-TB-';
/** What tokens must be for: the gateway, and the API beside it. */
export const GATEWAY = 'https://toolbridge.acme.dev';
export const API = 'https://toolbridge-api.acme.dev';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SECRET = { secret: 'TENANT_HEADER_SECRET' } as const;

export interface Identity {
  readonly issuer: string;
  readonly jwks: string;
}

/** @param more of the config, in place of what stands here under its name */
export function toolbridge({ issuer, jwks }: Identity = { issuer: 'https://id.acme.dev', jwks: 'https://id.acme.dev/jwks' }, more: Config = {}): Config {
  return {
    name: 'toolbridge-mcp',
    gateway: {
      url: GATEWAY,
      hosts: ['localhost'],
      trustedProxies: ['10.244.0.0/16'],
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      limits: { perAddress: '100000/s' },
    },
    auth: { jwt: { issuer, jwks, audience: GATEWAY, maxAge: '1h' } },
    origins: { inspector: 'https://inspector.acme.dev' },
    servers: {
      // The API reads the same secret, wherever it runs.
      api: { kind: 'http', image: `ghcr.io/acme/toolbridge-api:2.4.1@${DIGEST}`, port: 8001, env: { TENANT_HEADER_SECRET: SECRET } },
      docs: { kind: 'http', image: `ghcr.io/acme/toolbridge-docs:1.0.0@${DIGEST}`, port: 8002 },
    },
    tenants: {
      acme: { match: { claim: { org: 'acme' } }, servers: ['api'], forward: { signed: { prefix: PREFIX, secret: SECRET }, bearer: { audience: API } } },
      globex: { match: { claim: { org: 'globex' } }, servers: ['api', 'docs'], forward: { signed: { prefix: PREFIX, secret: SECRET } } },
    },
    images: { node: `node:22.21.0-bookworm-slim@${DIGEST}` },
    ...more,
  };
}
