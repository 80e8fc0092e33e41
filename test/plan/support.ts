/** A config with one of everything that a plan can hold. */
import type { Json } from '../support/planned.js';

export const FULL: Json = {
  name: 'acme',
  profile: 'production',
  description: 'Tools of Acme',
  owner: 'platform',
  labels: { tier: '1', area: 'tools' },
  gateway: {
    url: 'https://mcp.acme.com',
    hosts: ['tools.acme.com', 'mcp.acme.com'],
    listen: { port: 9000 },
    replicas: 2,
    trustedProxies: ['10.1.0.0/16', '10.0.0.0/16'],
    originFallback: 'forwarded',
    sessionKeys: [{ secret: 'SEAL_NEW' }, { secret: 'SEAL_OLD' }],
    tls: { at: 'nginx', certificate: '/etc/mcp.pem', key: '/etc/mcp.key' },
    cors: { exposeHeaders: ['X-Trace', 'X-Id'], allowHeaders: ['X-Id'] },
    admin: { readToken: { secret: 'READ' }, writeToken: { secret: 'WRITE' } },
    traces: { otlp: 'https://otel.acme.com:4318', sample: '5%' },
  },
  auth: {
    clients: {
      partner: { keys: [{ secret: 'PARTNER_B' }, { secret: 'PARTNER_A' }], permissions: ['write', 'read'], rotateBy: '2027-06-01' },
      internal: { keys: [{ secret: 'INTERNAL' }] },
    },
  },
  servers: {
    web: {
      kind: 'http',
      description: 'The web',
      image: 'ghcr.io/acme/web:1.4.2',
      port: 8101,
      path: '/rpc',
      route: '/web',
      stateful: true,
      replicas: 3,
      strategy: 'fill',
      origins: ['previews', 'app'],
      health: { path: '/health', every: '5s' },
      env: { ZONE: 'eu', API_TOKEN: { secret: 'WEB_TOKEN' } },
      volumes: [{ name: 'index', path: '/index', size: '2gb' }, { name: 'cache', path: '/cache', size: '1gb', perInstance: false }],
      dev: { command: ['node', 'web.js'], cwd: 'servers', env: { B: '2', A: '1' }, instances: 2 },
    },
    crm: {
      kind: 'http',
      instances: [{ id: 'b', url: 'https://b.acme.com/mcp' }, { url: 'https://a.acme.com:8443/mcp' }, { url: 'https://c.acme.com/mcp', enabled: false }],
    },
    hidden: { kind: 'http', image: 'hidden', public: false },
    files: {
      kind: 'stdio',
      command: ['files', '/data'],
      cwd: '/srv',
      npm: '@acme/files@2.0.1',
      env: { ROOT: '/data', KEY: { secret: 'FILES_KEY' } },
      volumes: [{ name: 'data', path: '/data', size: '1gb' }],
    },
    tables: {
      kind: 'stdio', command: ['tables'], uv: 'mcp-tables==1.2.0', sharing: 'shared', replicas: 2,
      limits: { processes: 2, memory: '1gb', line: '1mb', idle: '1m' },
    },
    shell: { kind: 'stdio', command: ['shell'], image: 'ghcr.io/acme/shell:1' },
    bare: { kind: 'stdio', command: ['bare'] },
  },
  origins: {
    previews: { origin: ['https://*.preview.acme.com', 'https://preview.acme.com'], owner: 'web', reviewBy: '2027-03-01', note: 'own zone' },
    app: 'https://app.acme.com',
    local: 'http://localhost:*',
    tunnel: { preset: 'ngrok' },
    wrong: ['https://app.acme.com/path', 'null'],
  },
  tenants: {
    partner: {
      match: [{ client: 'partner' }, { host: 'partner.acme.com' }], servers: ['web', 'crm'], origins: ['app'], rate: '600/min', streams: 20, sessions: 10,
      owner: 'sales',
    },
    internal: { match: [{ path: true }, { client: 'internal' }], servers: '*' },
  },
  strategies: { fill: { balance: 'least-connections' } },
  targets: {
    nginx: { version: '1.26.3' },
    compose: { expose: 9090 },
    kubernetes: { version: '1.33', exposure: { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra' } }, pullSecrets: ['b', 'a'] },
    fly: { region: 'ord', app: 'acme-mcp', org: 'acme' },
  },
  images: { node: 'node:24-slim' },
  policy: {
    rules: { 'origin-wildcard-subdomain': 'info', MCP108: 'off' },
    suppress: [{ rule: 'MCP102', path: 'origins.wrong', reason: 'x', until: '2027-01-01' }, { rule: 'MCP101', path: 'servers', reason: 'y', owner: 'me' }],
    expect: [
      { request: { server: 'web' }, decision: 'deny', status: 401 },
      {
        request: {
          path: '/web', origin: 'https://evil.com', host: 'tools.acme.com', method: 'GET', revision: '2025-06-18', as: { client: 'partner' },
          address: '10.0.0.1',
        },
        decision: 'deny',
      },
      { request: { server: 'hidden', as: { tenant: 'internal' } }, decision: 'deny', status: 404 },
    ],
  },
};
