/**
 * Parts of the runtime that not every gateway has. Each is reached through a loader in `tables.ts` and nowhere else, so that a module no config
 * needs is not in the folder at all.
 */
export interface Features {
  readonly admin?: () => Promise<typeof import('./operate/admin.js')>;
  readonly bridge?: () => Promise<typeof import('./answer/bridge/bridge.js')>;
  readonly breakers?: () => Promise<typeof import('./upstream/breaker.js')>;
  readonly credentials?: () => Promise<typeof import('./identity/credentials.js')>;
  readonly dns?: () => Promise<typeof import('./upstream/dns.js')>;
  readonly gauges?: () => Promise<typeof import('./operate/gauges.js')>;
  readonly host?: () => Promise<typeof import('./operate/host.js')>;
  readonly httpProbes?: () => Promise<typeof import('./upstream/probe-http.js')>;
  readonly mcpProbes?: () => Promise<typeof import('./upstream/probe-mcp.js')>;
  readonly metrics?: () => Promise<typeof import('./observe/prometheus.js')>;
  readonly relay?: () => Promise<typeof import('./answer/sse/relay.js')>;
  readonly renew?: () => Promise<typeof import('./answer/renew.js')>;
  readonly sse?: () => Promise<typeof import('./answer/sse/sse.js')>;
  readonly toLegacy?: () => Promise<typeof import('./answer/bridge/to-legacy.js')>;
  readonly toModern?: () => Promise<typeof import('./answer/bridge/to-modern.js')>;
  readonly stdio?: () => Promise<typeof import('./stdio/upstream.js')>;
  readonly strategies?: () => Promise<typeof import('./upstream/balance.js')>;
  readonly traces?: () => Promise<typeof import('./observe/traces/tracer.js')>;
  readonly transform?: () => Promise<typeof import('./answer/transform/transform.js')>;
}
