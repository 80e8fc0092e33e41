// mcpgen
import {asObject, at} from '../../wire/json-rpc.js';
import {UpstreamFault} from '../../wire/fault.js';
import {askModern, encodeHeader} from './requests.js';
const LONGEST = 3_600_000;
const SHORTEST = 60_000;
const MOST_KEPT = 1000;
const MOST_PAGES = 50;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export function createHints() {
	const ofPools = new WeakMap();
	const find = (call, method, shortest) => {
		const kept = ofPools.get(call.pool) ?? new Map();
		ofPools.set(call.pool, kept);
		const own = `${method} ${call.owner}`;
		const known = [method, own].map((key) => kept.get(key)).find((one) => one && performance.now() < one.until);
		if (known) return known.pages;
		const found = { pages: readPages(call, method), until: Infinity };
		kept.set(own, found);
		if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
		found.pages.then((pages) => {
			const { ttlMs, cacheScope } = pages.at(-1) ?? {};
			found.until = performance.now() + Math.min(Math.max(Number(ttlMs) || 0, shortest), LONGEST);
			if (cacheScope === 'public') kept.set(method, found);
		}, () => kept.delete(own));
		return found.pages;
	};
	return {
		discover: async (call) => (await find(call, 'server/discover', 0))[0] ?? {},
		async paramHeaders(call, params, isStale) {
			if (isStale) ofPools.delete(call.pool);
			const pages = await find(call, 'tools/list', SHORTEST).catch(() => []);
			const tool = pages.flatMap(({ tools }) => tools).find((one) => at(one, 'name') === at(params, 'name'));
			return Object.fromEntries(headersOf(at(tool, 'inputSchema'), at(params, 'arguments')));
		},
	};
}
async function readPages(call, method) {
	const pages = [];
	for (let cursor; pages.length === 0 || (typeof cursor === 'string' && pages.length < MOST_PAGES); cursor = pages.at(-1)?.['nextCursor']) {
		const { reply } = await askModern(call, method, { cursor }, call.table.timeouts.firstByte);
		if (!reply || !('result' in reply)) throw new UpstreamFault('answered');
		pages.push(asObject(reply['result']));
	}
	return pages;
}
function headersOf(schema, values) {
	return Object.entries(asObject(at(schema, 'properties'))).flatMap(([name, property]) => {
		const header = at(property, 'x-mcp-header');
		const value = at(values, name);
		const isSaid = typeof header === 'string' && TOKEN.test(header) && ['string', 'number', 'boolean'].includes(typeof value);
		if (isSaid) return [[`mcp-param-${header.toLowerCase()}`, encodeHeader(`${value}`)]];
		return typeof value === 'object' ? headersOf(property, value) : [];
	});
}
