/** The gateway as a process: tables in, listeners up, reload and end by signal. */
import { randomUUID } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isLoopback } from './decision/address.js';
import { listenOf, logLevelOf, placementOf, portOf, selfOf, SettingError, type Env } from './env.js';
import type { Features } from './features.js';
import { createHandler } from './gateway.js';
import { OpenCounts } from './open-counts.js';
import { drainServer, listenAt, plainServer, publicServer } from './listen.js';
import { createLog, type Log } from './log.js';
import { Metrics } from './metrics.js';
import { loadParts } from './parts.js';
import { Renewals } from './renew.js';
import { Pools } from './upstream/pools.js';
import { refusalBody } from './decision/reasons.js';
import { createState, type State } from './state.js';
import type { GatewayTables } from './types.js';

export interface Running {
  readonly port: number;
  readonly adminPort: number | null;
  reload(tables: GatewayTables, features: Features): Promise<void>;
  /** Readiness fails at once, running requests may finish, listening streams end. */
  stop(): Promise<void>;
}

export async function serve(tables: GatewayTables, features: Features, env: Env, write: (line: string) => void): Promise<Running> {
  const placement = placementOf(env);
  const log = createLog(tables.name, logLevelOf(env, tables), write);
  const at = listenOf(env, tables.listen[placement]);
  if (placement === 'local' && !isLoopback(at.host) && at.host !== 'localhost' && tables.clients.length === 0) {
    throw new SettingError(`refusing to listen on ${at.host} without credentials: declare auth.clients, or listen on 127.0.0.1`);
  }
  const metrics = new Metrics();
  const counts = new OpenCounts();
  const pools = new Pools(env, log);
  let state = await createState(tables, env, features, null);
  let port = at.port;
  const partsOptions = { log, metrics, self: () => selfOf(env, { host: at.host, port }) };
  let parts = await loadParts(tables, features, partsOptions, null);
  await pools.reconcile(state.tables, features);
  let draining = false;
  let reloading = Promise.resolve();
  registerGauges(metrics, counts, pools, () => state);

  const listening = new Set<ServerResponse>();
  const handle = createHandler({ state: () => state, log, metrics, counts, pools, parts: () => parts, renewals: new Renewals(), draining: () => draining });
  const server = publicServer({
    handle: (incoming, outgoing, awaitsContinue) => {
      if (draining) outgoing.setHeader('connection', 'close');
      // A connection that is idle only now would wait for its next request until the end of the drain.
      outgoing.once('close', () => draining && setImmediate(() => server.closeIdleConnections()));
      if (incoming.method === 'GET') track(listening, outgoing);
      handle(incoming, outgoing, awaitsContinue);
    },
    maxHeaderSize: tables.limits.headers,
    onParserRefusal: (reason, requestId, status) => {
      metrics.count('mcpgen_refusals_total', { reason });
      log('info', 'request', { request_id: requestId, status, reason });
    },
  });
  port = await listenAt(server, at, 'PORT');
  const admin = await serveAdmin(tables, features, env, { state: () => state, metrics, pools });
  const expiry = setInterval(() => counts.expire(performance.now()), 60_000).unref();
  log('info', 'listening', { host: at.host, port, admin_port: admin?.port ?? null, placement, hash: tables.hash });

  return {
    port,
    adminPort: admin?.port ?? null,
    reload: (next, nextFeatures) => {
      const reload = reloading.then(async () => {
        warnOfFixedSettings(tables, next, log);
        const fresh = await createState(next, env, nextFeatures, state);
        const old = state;
        await pools.reconcile(fresh.tables, nextFeatures);
        parts = await loadParts(next, nextFeatures, partsOptions, parts);
        state = fresh;
        old.close();
        log('info', 'reloaded', { hash: next.hash });
      });
      // One after the other: two that overlap would each replace the pools of the same state.
      reloading = reload.catch(() => {});
      return reload;
    },
    stop: async () => {
      if (draining) return;
      draining = true;
      clearInterval(expiry);
      log('info', 'draining', { streams: counts.streams });
      // A stream that only listens would never finish by itself; its client opens it again elsewhere.
      for (const outgoing of listening) endStream(outgoing);
      await Promise.all([drainServer(server, state.tables.raw.timeouts.drain), admin ? drainServer(admin.server, 1000) : null]);
      await parts.close();
      await pools.close();
      state.close();
      log('info', 'stopped');
    },
  };
}

/** One whose answer has not begun would end as an empty one. */
function endStream(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return void outgoing.end();
  outgoing.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' }).end(refusalBody('draining', null, randomUUID()));
}

function track(set: Set<ServerResponse>, outgoing: ServerResponse): void {
  set.add(outgoing);
  outgoing.once('close', () => set.delete(outgoing));
}

async function serveAdmin(tables: GatewayTables, features: Features, env: Env, options: { state: () => State; metrics: Metrics; pools: Pools }): Promise<{ server: Server; port: number } | null> {
  const admin = tables.admin && (await features.admin?.());
  if (!tables.admin || !admin) return null;
  const { host, port } = tables.admin.listen[placementOf(env)];
  const server = plainServer(admin.adminHandler(options));
  return { server, port: await listenAt(server, { host, port: portOf(env, 'MCPGEN_ADMIN_PORT') ?? port }, 'MCPGEN_ADMIN_PORT') };
}

/** What is fixed when a process starts stays so until it is restarted. */
function warnOfFixedSettings(tables: GatewayTables, next: GatewayTables, log: Log): void {
  const fixed = (t: GatewayTables): string => JSON.stringify([t.listen, t.admin?.listen, t.limits.headers]);
  if (fixed(tables) !== fixed(next)) log('warn', 'restart-needed', { why: 'addresses and limits.headers are read at start' });
}

function registerGauges(metrics: Metrics, counts: OpenCounts, pools: Pools, state: () => State): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.gauge('mcpgen_build_info', 'The config this gateway enforces.', () => [[{ name: state().tables.raw.name, config_hash: state().tables.raw.hash }, 1]]);
  metrics.gauge('mcpgen_streams_open', 'Event streams open at this process.', () => [[{}, counts.streams]]);
  metrics.gauge('mcpgen_sessions_active', 'Legacy sessions this process has seen opened and not ended.', () => [[{}, counts.sessions]]);
  metrics.gauge('mcpgen_upstream_up', 'Whether an instance answers its probes.', () =>
    pools.all().flatMap(({ server, instances }) => instances.map(({ id, up }) => [{ server, instance: id }, up ? 1 : 0] as const)),
  );
  metrics.gauge('mcpgen_event_loop_delay_p99_seconds', 'Event loop delay since start, 99th percentile.', () => [[{}, delay.percentile(99) / 1e9]]);
}
