import { defineConfig, secret } from 'mcpgen';

/**
 * The deployment of this repository: three demo servers behind one gateway, for two tenants. `npx mcpgen dev` runs it on this machine as it
 * stands; what `npx mcpgen build` makes of it is committed under generated/. Its images are built by examples/servers/Dockerfile under the names below, which
 * begin with localhost/ because no registry has them: nobody can put another image in their place.
 */
export default defineConfig({
  name: 'mcpgen-demo',
  profile: 'local',

  gateway: {
    // The name and the pod network of a cluster, as an example: on this machine it is reached by loopback names.
    hosts: ['mcp.mcpgen.example'],
    trustedProxies: ['10.244.0.0/16'],
    admin: { readToken: secret('MCPGEN_READ_TOKEN') },
    sessionKeys: [secret('MCPGEN_SESSION_KEY')],
    limits: { perClient: { rate: '1200/min' } },
  },

  auth: {
    clients: {
      studio: { keys: [secret('STUDIO_API_KEY')], permissions: ['read', 'write'] },
      partner: { keys: [secret('PARTNER_API_KEY')], permissions: ['read'], rotateBy: '2027-06-01' },
    },
  },

  servers: {
    search: {
      kind: 'http',
      description: 'Full-text search over a small corpus; keeps no sessions',
      image: 'localhost/mcpgen-demo-search:0.1.0',
      port: 8101,
      replicas: 2,
      strategy: 'spread',
      health: { path: '/health' },
      dev: { command: ['node', 'examples/servers/search.js'], instances: 2 },
    },
    notes: {
      kind: 'http',
      description: 'Notes that live in the session',
      image: 'localhost/mcpgen-demo-notes:0.1.0',
      port: 8102,
      replicas: 2,
      stateful: true,
      strategy: 'fill',
      origins: ['app', 'local'],
      health: { path: '/health' },
      dev: { command: ['node', 'examples/servers/notes.js'] },
    },
    files: {
      kind: 'stdio',
      description: 'Files of one folder, over stdin and stdout',
      command: ['node', 'examples/servers/files.js', 'examples/servers/files'],
      image: 'localhost/mcpgen-demo-files:0.1.0',
      origins: ['local'],
    },
  },

  origins: {
    app: 'https://app.mcpgen.example',
    previews: { origin: 'https://*.preview.mcpgen.example', owner: 'web', reviewBy: '2027-03-01' },
    local: 'http://localhost:*',
  },

  tenants: {
    studio: { match: { client: 'studio' }, servers: '*' },
    partner: {
      match: { client: 'partner' },
      servers: ['search', 'notes'],
      origins: ['app'],
      rate: '600/min',
      streams: 20,
      // The first rule that matches decides, of calls and of what lists show. This partner only reads; `needs` waits for a client that has the permission.
      tools: [{ deny: 'notes.delete_*' }, { allow: 'notes.add_*', needs: 'write' }, { allow: '*' }],
    },
  },

  strategies: {
    spread: { balance: 'round-robin', retries: 1, breaker: {} },
    fill: { balance: 'least-connections' },
  },

  targets: {
    nginx: { version: '1.30' },
    compose: {},
    kubernetes: { exposure: { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra', sectionName: 'https' } } },
    fly: { region: 'ord' },
  },

  policy: {
    suppress: [
      { rule: 'origin-wildcard-subdomain', path: 'origins.previews', reason: 'previews have a DNS zone of their own', until: '2027-03-01' },
      { rule: 'lossy-target', path: 'servers', reason: 'machines on Fly are counted by hand: fly scale count' },
      { rule: 'image-unpinned', path: 'servers', reason: 'demo images, built from this repository by whoever wants them' },
    ],
    expect: [
      { request: { server: 'search', as: { client: 'partner' } }, decision: 'allow' },
      { request: { server: 'files', as: { client: 'partner' } }, decision: 'deny', status: 403 },
      { request: { server: 'search' }, decision: 'deny', status: 401 },
      { request: { server: 'notes', as: { client: 'studio' }, origin: 'https://evil.example' }, decision: 'deny', status: 403 },
    ],
  },
});
