// mcpgen
import {unusable} from '../unusable.js';
import {createMemory} from '../../process/memory.js';
import {asObject, at} from '../../wire/json-rpc.js';
import {SERVER_INFO} from '../../wire/meta-keys.js';
import {UpstreamFault} from '../../wire/fault.js';
import {askModern, encodeHeader} from './requests.js';
const LONGEST = 3_600_000;
const SHORTEST = 60_000;
const MOST_KEPT = 8 * 2 ** 20;
const SMALL = 256;
const MOST_PAGES = 50;
const MOST_LEVELS = 64;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const EVERYBODY = '';
const keyOf = ({pool, request}, method) => `${pool.server} ${method} ${request.query ?? ''}`;
export function createHints() {
	const kept = createMemory(MOST_KEPT);
	const find = (call, method, shortest) => {
		const key = keyOf(call, method);
		const isGood = (one) => one?.pool === call.pool && performance.now() < one.until;
		const known = [EVERYBODY, call.owner].map((owner) => kept.get(owner, key)).find(isGood);
		if (known) return known.said;
		const found = {pool: call.pool, said: read(call, method), until: Infinity};
		kept.set(call.owner, key, found, SMALL);
		const isLatest = () => kept.get(call.owner, key) === found;
		found.said.then((said) => {
			found.until = performance.now() + Math.min(Math.max(Number(said.ttlMs) || 0, shortest), LONGEST);
			const isMine = !said.isPublic;
			if (!isMine && isLatest()) kept.delete(call.owner, key);
			if (!isMine || isLatest()) kept.set(isMine ? call.owner : EVERYBODY, key, found, sizeOf(said));
		}, () => isLatest() && kept.delete(call.owner, key));
		return found.said;
	};
	return {
		discover: (call) => find(call, 'server/discover', 0), async paramHeaders(call, params, isStale) {
			if (isStale)
				for (const owner of [EVERYBODY, call.owner]) kept.delete(owner, keyOf(call, 'tools/list'));
			const annotations = await find(call, 'tools/list', SHORTEST).then((said) => said.annotations.get(at(params, 'name')), () => undefined);
			return Object.fromEntries((annotations ?? []).flatMap((annotation) => headerOf(annotation, at(params, 'arguments'))));
		},
	};
}
function sizeOf({annotations, capabilities, instructions, serverInfo}) {
	return SMALL + JSON.stringify([capabilities, instructions, serverInfo, ...annotations]).length;
}
async function read(call, method) {
	const annotations = new Map();
	let first = null;
	let cursor;
	for (let pages = 0;; pages++) {
		const asked = await askModern(call, method, {cursor}, call.table.timeouts.firstByte);
		const {reply} = asked;
		if (reply && method === 'tools/list' && !('result' in reply)) throw new UpstreamFault('answered', 'it lists no tools');
		if (!reply || !('result' in reply)) throw unusable(call, asked, method, reply);
		const page = asObject(reply['result']);
		const {tools, nextCursor, ttlMs, cacheScope} = page;
		for (const tool of Array.isArray(tools) ? tools : []) {
			const found = annotationsIn(at(tool, 'inputSchema'));
			if (found.length > 0) annotations.set(at(tool, 'name'), found);
		}
		first ??= page;
		cursor = nextCursor;
		if (typeof cursor === 'string' && pages < MOST_PAGES - 1) continue;
		const {capabilities, instructions, _meta} = first;
		return {capabilities, instructions, serverInfo: at(_meta, SERVER_INFO), annotations, ttlMs, isPublic: cacheScope === 'public' };
	}
}
function annotationsIn(schema, path = []) {
	if (path.length >= MOST_LEVELS) return [];
	return Object.entries(asObject(at(schema, 'properties'))).flatMap(([name, property]) => {
		const header = at(property, 'x-mcp-header');
		const own = typeof header === 'string' && TOKEN.test(header) ? [{ path: [...path, name], header: `mcp-param-${header.toLowerCase()}` }] : [];
		return [...own, ...annotationsIn(property, [...path, name])];
	});
}
function headerOf({path, header}, values) {
	const value = at(values, ...path);
	return ['string', 'number', 'boolean'].includes(typeof value) ? [[header, encodeHeader(`${value}`)]] : [];
}
