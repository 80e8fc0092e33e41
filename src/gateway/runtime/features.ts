/**
 * Parts of the runtime that not every gateway has, and where each is: the one list of them. A generated `tables.js` has the loaders of those that its
 * config needs, copied from here by the baker, so that a module nobody needs is not in the folder at all.
 */
export const ALL_FEATURES = {
  admin: () => import('./operate/admin.js'),
  audit: () => import('./observe/audit.js'),
  breakers: () => import('./upstream/breaker.js'),
  bridge: () => import('./answer/bridge/bridge.js'),
  credentials: () => import('./identity/credentials.js'),
  dns: () => import('./upstream/dns.js'),
  drawing: () => import('./upstream/draw.js'),
  gauges: () => import('./operate/gauges.js'),
  host: () => import('./operate/host.js'),
  httpProbes: () => import('./upstream/probe-http.js'),
  itemRules: () => import('./decision/item-rules.js'),
  items: () => import('./answer/items/items.js'),
  mcpProbes: () => import('./upstream/probe-mcp.js'),
  metrics: () => import('./observe/prometheus.js'),
  redaction: () => import('./answer/transform/results.js'),
  relay: () => import('./answer/sse/relay.js'),
  renew: () => import('./answer/renew.js'),
  revocation: () => import('./front/revoke.js'),
  secrets: () => import('./identity/secrets.js'),
  sse: () => import('./answer/sse/sse.js'),
  sseHeld: () => import('./answer/sse/held-stream.js'),
  ssePassed: () => import('./answer/sse/endpoint.js'),
  stdio: () => import('./stdio/instance.js'),
  stdioLegacy: () => import('./stdio/legacy.js'),
  stdioModern: () => import('./stdio/modern.js'),
  strategies: () => import('./upstream/balance.js'),
  toLegacy: () => import('./answer/bridge/to-legacy.js'),
  toModern: () => import('./answer/bridge/to-modern.js'),
  traces: () => import('./observe/traces/tracer.js'),
  transform: () => import('./answer/transform/transform.js'),
  workers: () => import('./operate/workers/start.js'),
};

export type Feature = keyof typeof ALL_FEATURES;
/** Those that a gateway was baked with. */
export type Features = Readonly<Partial<typeof ALL_FEATURES>>;
