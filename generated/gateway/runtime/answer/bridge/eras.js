// mcpgen
import {isModern} from '../../decision/revision.js';
import {at, messageText} from '../../wire/json-rpc.js';
import {discard} from '../../upstream/deliver.js';
import {readBody} from '../../wire/read-body.js';
import {readReply} from './answers.js';
import {askModern, OWN_INFO, plainHeaders} from './requests.js';
const HORIZON = 300_000;
const SHORT_HORIZON = 30_000;
const MOST_WAIT = 3000;
const UNKNOWN_HERE = [400, 404, 405, 406];
export function createEras(log) {
	const ofPools = new WeakMap();
	const of = (pool) => {
		let known = ofPools.get(pool);
		if (!known) ofPools.set(pool, (known = {modern: null, legacy: null, look: null, shown: null, shownUntil: 0, legacyUntil: 0}));
		return known;
	};
	const learn = (pool, news) => {
		const known = of(pool);
		const before = [known.modern, known.legacy].join();
		const {modern, legacy} = Object.assign(known, news);
		if (before !== [modern, legacy].join()) log('info', 'era', { server: pool.server, modern, legacy });
	};
	return {
		speaksModern(call) {
			const known = of(call.pool);
			if (performance.now() < known.shownUntil) return known.shown;
			return (known.look ??= look(call).catch(() => null).then((modern) => {
				known.look = null;
				known.shown = modern;
				known.shownUntil = performance.now() + (modern ? HORIZON : learnsNothing(call, modern) ? 0 : SHORT_HORIZON);
				learn(call.pool, {modern});
				return modern;
			}));
		},
		async lookLegacy(call, served, isModernRefusal) {
			const known = of(call.pool);
			if (performance.now() < known.legacyUntil) return;
			known.legacyUntil = performance.now() + SHORT_HORIZON;
			const legacy = await introduceSelf(withoutCaller(call), served, isModernRefusal).catch(() => null);
			known.legacyUntil = performance.now() + (learnsNothing(call, legacy) ? 0 : legacy === null ? SHORT_HORIZON : HORIZON);
			learn(call.pool, legacy === false ? {legacy, modern: true} : {legacy});
		},
		isModernOnly(pool) {
			const {legacy, legacyUntil} = of(pool);
			return legacy === false && performance.now() < legacyUntil;
		},
	};
}
const learnsNothing = ({vouching}, found) => found === null && vouching?.wantsToken === true;
const OWN = ['x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'traceparent'];
function withoutCaller(call) {
	const {request, table} = call;
	const own = new Set([...OWN, ...(table.transform?.request.set ?? []).map(([name]) => name)]);
	const kept = Object.entries(request.headers).filter(([name]) => own.has(name));
	return {...call, request: {...request, query: '', headers: { 'user-agent': 'mcpgen-gateway', ...Object.fromEntries(kept) } } };
}
async function look(call) {
	const {status, reply} = await askModern(withoutCaller(call), 'server/discover', {}, Math.min(call.table.timeouts.firstByte, MOST_WAIT));
	const versions = at(reply, 'result', 'supportedVersions') ?? at(reply, 'error', 'data', 'supported');
	if (Array.isArray(versions)) return versions.some(isModern);
	const code = at(reply, 'error', 'code');
	if (code === -32020 || code === -32021) return true;
	return UNKNOWN_HERE.includes(status) || code === -32601 ? false : null;
}
async function introduceSelf(call, protocolVersion, isModernRefusal) {
	const wait = Math.min(call.table.timeouts.firstByte, MOST_WAIT);
	const signal = AbortSignal.timeout(wait);
	const headers = plainHeaders(call);
	const params = {protocolVersion, capabilities: {}, clientInfo: OWN_INFO};
	const body = Buffer.from(messageText({id: 'mcpgen', method: 'initialize', params }));
	const {instance, response} = await call.send({method: 'POST', headers, body, signal }, { repeats: 1 });
	const {status} = response;
	if (status === 400 || status === 404) return (await isModernRefusal(call, await readBody(response.body, wait))) ? false : null;
	const reply = await readReply(response, wait);
	const session = response.headers['mcp-session-id'];
	if (typeof session === 'string') {
		const end = {method: 'DELETE', headers: { ...headers, 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion }, body: null, signal };
		await call.send(end, {at: instance}).then((ended) => discard(ended.response), () => {});
	}
	return status === 200 && typeof at(reply, 'result', 'protocolVersion') === 'string' ? true : null;
}
