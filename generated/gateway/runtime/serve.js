// mcpgen: The gateway as a process: tables in, listeners up, reload and end by signal.
import {setTimeout as sleep} from 'node:timers/promises';
import {isLoopback} from './decision/address.js';
import {lackingParts} from './decision/needs.js';
import {listenOf, logLevelOf, placementOf, SettingError} from './process/env.js';
import {EXPIRY_EVERY} from './front/facts.js';
import {createHandler} from './front/handle.js';
import {createOpenCounts} from './identity/open-counts.js';
import {drainServer, listenAt, publicServer} from './front/listen.js';
import {createLog} from './process/log.js';
import {NO_METRICS} from './process/metrics.js';
import {loadModules} from './modules.js';
import {loadParts} from './parts.js';
import {createPools} from './upstream/pools.js';
import {createState} from './state.js';
const MOST_LEAD = 5000;
export async function serve(tables, features, env, write) {
	refuseLacking(tables, features);
	const placement = placementOf(env);
	const log = createLog(tables.name, logLevelOf(env, tables), write);
	const at = listenOf(env, tables.listen[placement]);
	const isOpen = placement === 'local' || placement === 'image';
	if (isOpen && !isLoopback(at.host) && at.host !== 'localhost' && !tables.auth.wanted) {
		throw new SettingError(`refusing to listen on ${at.host} without credentials: declare auth.clients or auth.jwt, or listen on 127.0.0.1`);
	}
	const measured = await features.metrics?.();
	const prometheus = measured && new measured.Prometheus();
	const metrics = prometheus ?? NO_METRICS;
	const counts = createOpenCounts();
	const pools = createPools(env, log);
	const modules = await loadModules(features);
	let state = await createState(tables, env, modules, null, log);
	let port = at.port;
	const partsOptions = {log, metrics, env, listening: () => ({host: at.host, port})};
	let parts = await loadParts(tables, features, partsOptions, null);
	await pools.reconcile(state.tables, modules, state.shown);
	let draining = false;
	let reloading = Promise.resolve();
	(await features.gauges?.())?.registerGauges(metrics, counts, pools, () => state.tables);
	const isDraining = () => draining;
	let revocation = (await features.revocation?.())?.createRevocation() ?? null;
	const services = {state: () => state, log, metrics, counts, pools, revocation: () => revocation, parts: () => parts, isDraining};
	const {serve, endStreams, revoke} = createHandler(services);
	const server = publicServer({
		serve, isDraining, maxHeaderSize: tables.limits.headers, headers: () => state.tables.headers,
		onParserRefusal: (reason, requestId, status, address) => {
			metrics.count('mcpgen_refusals_total', { reason });
			if (state.tables.raw.log.audit) parts.audit?.unread(requestId, address, {status, reason});
			log('info', 'request', { request_id: requestId, status, reason });
		},
	});
	state.tokens?.warm();
	port = await listenAt(server, at, 'PORT');
	const operators = {state: () => state, text: () => prometheus?.text() ?? '', pools, log };
	const admin = tables.admin && (await (await features.admin?.())?.serveAdmin(tables.admin.listen[placement], env, operators));
	const expiry = setInterval(() => metrics.count('mcpgen_sessions_ended_total', {}, counts.expire(performance.now())), EXPIRY_EVERY).unref();
	log('info', 'listening', { host: at.host, port, admin_port: admin?.port ?? null, placement, hash: tables.hash });
	return {
		port, adminPort: admin?.port ?? null, reload: (next, nextFeatures) => {
			const reload = reloading.then(async () => {
				refuseLacking(next, nextFeatures);
				warnOfFixedSettings(tables, next, log);
				const nextModules = await loadModules(nextFeatures);
				const fresh = await createState(next, env, nextModules, state, log);
				const old = state;
				await pools.reconcile(fresh.tables, nextModules, fresh.shown);
				parts = await loadParts(next, nextFeatures, partsOptions, parts);
				revocation ??= (await nextFeatures.revocation?.())?.createRevocation() ?? null;
				state = fresh;
				state.tokens?.warm();
				old.close(state);
				await revoke();
				log('info', 'reloaded', { hash: next.hash });
			});
			reloading = reload.catch(() => {});
			return reload;
		},
		stop: async () => {
			if (draining) return;
			draining = true;
			clearInterval(expiry);
			log('info', 'draining', { streams: counts.streams });
			endStreams();
			const {drain} = state.tables.raw.timeouts;
			const lead = placement === 'local' ? 0 : Math.min(MOST_LEAD, drain / 5);
			await sleep(lead);
			await Promise.all([drainServer(server, drain - lead), admin?.close()]);
			await parts.close();
			await pools.close();
			state.close(null);
			log('info', 'stopped');
		},
	};
}
function refuseLacking(tables, features) {
	const lacking = lackingParts(tables, features);
	if (lacking.length > 0) throw new SettingError(`this gateway was baked without ${lacking.join(', ')}, which its tables need`);
}
function warnOfFixedSettings(tables, next, log) {
	const fixed = (t) => JSON.stringify([t.listen, t.admin?.listen, t.limits.headers, t.workers]);
	if (fixed(tables) !== fixed(next)) log('warn', 'restart-needed', { why: 'addresses, workers and limits.headers are read at start' });
}
