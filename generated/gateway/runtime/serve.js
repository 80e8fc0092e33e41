// mcpgen: do not edit.
/** The gateway as a process: tables in, listeners up, reload and end by signal. */
import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isLoopback } from './decision/address.js';
import { listenOf, logLevelOf, placementOf, portOf, SettingError } from './env.js';
import { createHandler } from './gateway.js';
import { OpenCounts } from './open-counts.js';
import { drainServer, listenAt, plainServer, publicServer } from './listen.js';
import { createLog } from './log.js';
import { Metrics } from './metrics.js';
import { loadParts } from './parts.js';
import { Renewals } from './renew.js';
import { Pools } from './upstream/pools.js';
import { refusalBody } from './decision/reasons.js';
import { createState } from './state.js';
export async function serve(tables, features, env, write) {
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
	let parts = await loadParts(tables, features, { log, metrics }, null);
	await pools.reconcile(state.tables, features);
	let draining = false;
	let reloading = Promise.resolve();
	registerGauges(metrics, counts, pools, () => state);
	const listening = new Set();
	const handle = createHandler({ state: () => state, log, metrics, counts, pools, parts: () => parts, renewals: new Renewals(), draining: () => draining });
	const server = publicServer({
		handle: (incoming, outgoing, awaitsContinue) => {
			if (draining) outgoing.setHeader('connection', 'close');
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
	const port = await listenAt(server, at, 'PORT');
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
				parts = await loadParts(next, nextFeatures, { log, metrics }, parts);
				state = fresh;
				old.close();
				log('info', 'reloaded', { hash: next.hash });
			});
			reloading = reload.catch(() => { });
			return reload;
		},
		stop: async () => {
			if (draining) return;
			draining = true;
			clearInterval(expiry);
			log('info', 'draining', { streams: counts.streams });
			for (const outgoing of listening) endStream(outgoing);
			await Promise.all([drainServer(server, state.tables.raw.timeouts.drain), admin ? drainServer(admin.server, 1000) : null]);
			await parts.close();
			await pools.close();
			state.close();
			log('info', 'stopped');
		},
	};
}
function endStream(outgoing) {
	if (outgoing.headersSent) return void outgoing.end();
	outgoing.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' }).end(refusalBody('draining', null, randomUUID()));
}
function track(set, outgoing) {
	set.add(outgoing);
	outgoing.once('close', () => set.delete(outgoing));
}
async function serveAdmin(tables, features, env, options) {
	const admin = tables.admin && (await features.admin?.());
	if (!tables.admin || !admin) return null;
	const { host, port } = tables.admin.listen[placementOf(env)];
	const server = plainServer(admin.adminHandler(options));
	return { server, port: await listenAt(server, { host, port: portOf(env, 'MCPGEN_ADMIN_PORT') ?? port }, 'MCPGEN_ADMIN_PORT') };
}
function warnOfFixedSettings(tables, next, log) {
	const fixed = (t) => JSON.stringify([t.listen, t.admin?.listen, t.limits.headers]);
	if (fixed(tables) !== fixed(next)) log('warn', 'restart-needed', { why: 'addresses and limits.headers are read at start' });
}
function registerGauges(metrics, counts, pools, state) {
	const delay = monitorEventLoopDelay({ resolution: 20 });
	delay.enable();
	metrics.gauge('mcpgen_build_info', 'The config this gateway enforces.', () => [[{ name: state().tables.raw.name, config_hash: state().tables.raw.hash }, 1]]);
	metrics.gauge('mcpgen_streams_open', 'Event streams open at this process.', () => [[{}, counts.streams]]);
	metrics.gauge('mcpgen_sessions_active', 'Legacy sessions this process has seen opened and not ended.', () => [[{}, counts.sessions]]);
	metrics.gauge('mcpgen_upstream_up', 'Whether an instance answers its probes.', () => pools.all().flatMap(({ server, instances }) => instances.map(({ id, up }) => [{ server, instance: id }, up ? 1 : 0])));
	metrics.gauge('mcpgen_event_loop_delay_p99_seconds', 'Event loop delay since start, 99th percentile.', () => [[{}, delay.percentile(99) / 1e9]]);
}
