// mcpgen
import {isModern} from '../../decision/revision.js';
import {at} from '../../wire/json-rpc.js';
import {askModern} from './requests.js';
const HORIZON = 300_000;
const SHORT_HORIZON = 30_000;
const MOST_WAIT = 3000;
const UNKNOWN_HERE = [400, 404, 405, 406];
export function createEras(log) {
	const ofPools = new WeakMap();
	const of = (pool) => {
		let known = ofPools.get(pool);
		if (!known) ofPools.set(pool, (known = { modern: null, legacy: null, look: null, shown: null, shownUntil: 0, legacyUntil: 0 }));
		return known;
	};
	const learn = (pool, news) => {
		const known = of(pool);
		const before = [known.modern, known.legacy].join();
		const { modern, legacy } = Object.assign(known, news);
		if (before !== [modern, legacy].join()) log('info', 'era', { server: pool.server, modern, legacy });
	};
	return {
		speaksModern(call) {
			const known = of(call.pool);
			if (performance.now() < known.shownUntil) return known.shown;
			return (known.look ??= look(call).catch(() => null).then((modern) => {
				known.look = null;
				known.shown = modern;
				known.shownUntil = performance.now() + (modern ? HORIZON : SHORT_HORIZON);
				learn(call.pool, { modern });
				return modern;
			}));
		},
		learnLegacy(pool, legacy) {
			of(pool).legacyUntil = performance.now() + HORIZON;
			learn(pool, legacy ? { legacy } : { legacy, modern: true });
		},
		isModernOnly(pool) {
			const { legacy, legacyUntil } = of(pool);
			return legacy === false && performance.now() < legacyUntil;
		},
	};
}
const OWN = ['x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'traceparent'];
function withoutCaller(call) {
	const { request, table } = call;
	const own = new Set([...OWN, ...(table.transform?.request.set ?? []).map(([name]) => name)]);
	const kept = Object.entries(request.headers).filter(([name]) => own.has(name));
	return { ...call, request: { ...request, headers: { 'user-agent': 'mcpgen-gateway', ...Object.fromEntries(kept) } } };
}
async function look(call) {
	const { status, reply } = await askModern(withoutCaller(call), 'server/discover', {}, Math.min(call.table.timeouts.firstByte, MOST_WAIT));
	const versions = at(reply, 'result', 'supportedVersions') ?? at(reply, 'error', 'data', 'supported');
	if (Array.isArray(versions)) return versions.some(isModern);
	const code = at(reply, 'error', 'code');
	if (code === -32020 || code === -32021) return true;
	return UNKNOWN_HERE.includes(status) || code === -32601 ? false : null;
}
