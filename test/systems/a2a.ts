/** System B, `a2a`: nine servers of one list, and callers with keys, permissions and tokens. */
import type { Config } from '../support/gateway-tables.js';
import { json, type Behave } from '../support/upstreams.js';

const SERVERS = [
  ...['data-standardization', 'vector-similarity', 'vector-ranking', 'transport-layer', 'reasoning-agent'],
  ...['session-management', 'resource-streaming', 'confidence-calculator', 'semantic-similarity'],
] as const;
export type A2aServer = (typeof SERVERS)[number];
const IMAGE = `ghcr.io/acme/a2a-mcp:1.0.0@sha256:${'0123456789abcdef'.repeat(4)}`;

export const ISSUER = 'https://a2a.acme.dev';
export const AUDIENCE = 'a2a';
const client = (name: string, permissions: readonly string[]) => ({ keys: [{ secret: `${name.toUpperCase()}_KEY` }], permissions });

/** @param more of `gateway`, of `auth`, and of the rest, each in place of what stands here under its name */
export function a2a({ gateway = {}, auth = {}, ...rest }: { readonly gateway?: Config; readonly auth?: Config } & Config = {}): Config {
  return {
    name: 'a2a',
    gateway: {
      url: 'https://mcp.acme.dev',
      hosts: ['localhost'],
      admin: { readToken: { secret: 'READ_TOKEN' } },
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      limits: { perAddress: '100000/s', perClient: { rate: '100/min', fromEnvironment: true } },
      ...gateway,
    },
    auth: {
      environmentKeys: true,
      clients: { client1: { ...client('client1', ['read', 'write']), rotateBy: '2026-11-01' }, client2: client('client2', ['read']) },
      // JWT_EXPIRATION_HOURS=24 of the guide: no token is older, whatever its `exp`.
      jwt: [{ issuer: ISSUER, secret: { secret: 'JWT_SECRET_KEY' }, audience: AUDIENCE, maxAge: '24h' }],
      ...auth,
    },
    origins: { app: 'https://app.acme.dev' },
    servers: Object.fromEntries(
      SERVERS.map(
        (name, i) => [
          name,
          { kind: 'http', image: IMAGE, port: 8101 + i, ...(name === 'session-management' ? { permissions: { call: 'write', list: 'read' } } : {}) },
        ],
      ),
    ),
    tenants: {
      a2a: {
        match: [{ client: 'client1' }, { client: 'client2' }, { claim: { iss: ISSUER } }],
        servers: '*',
        tools: [{ allow: '*.get_*', needs: 'read' }, { allow: '*.set_*', needs: 'write' }],
      },
    },
    targets: { compose: {} },
    ...rest,
  };
}

/** Where all of its servers are, for a gateway of a test. */
export const poolsOf = (url: string): Readonly<Record<string, readonly string[]>> => Object.fromEntries(SERVERS.map((name) => [name, [url]]));

/** The same config as a user writes it. */
export const sourceOf = (config: Config): string =>
  `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(config, null, 2)});\n`;

const TOOLS = ['get_report', 'set_report', 'drop_report'];
/** A server with three tools. */
export const withTools: Behave = ({ message, response }) => {
  if (message?.id === undefined) return void response.writeHead(202).end();
  const result = message.method === 'tools/list'
    ? { tools: TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } })) }
    : { content: [{ type: 'text', text: `did ${String(message.params?.['name'])}` }] };
  json(response, { jsonrpc: '2.0', id: message.id, result });
};
