// mcpgen: Names that servers have been seen to list, for each caller that has rules.
import {randomBytes} from 'node:crypto';
import {parseMessage} from '../../decision/message.js';
import {createMemory} from '../../process/memory.js';
import {createPlaces} from '../../process/places.js';
import {readOwner} from '../../identity/principal.js';
import {discard} from '../../upstream/deliver.js';
import {CodedError} from '../../wire/cause.js';
import {UpstreamFault} from '../../wire/fault.js';
import {asObject, at, POST_HEADERS} from '../../wire/json-rpc.js';
import {membersOf, objectText} from '../../wire/json-members.js';
import {memberText} from '../../wire/json-text.js';
import {parseJson} from '../../wire/json-rpc.js';
import {readReplyText} from '../bridge/answers.js';
const LIST_OF = {
	tool: {method: 'tools/list', member: 'tools' },
	prompt: {method: 'prompts/list', member: 'prompts' },
};
const SHORTEST = 5000;
const LONGEST = 300_000;
const MOST_KEPT = 8 * 2 ** 20;
const PER_NAME = 64;
const MOST_NAMES = 10_000;
const MOST_PAGES = 50;
const MOST_TIME = 20_000;
const MOST_LOOKS = 16;
const NO_METHOD = -32601;
export function createCatalogue() {
	const memory = createMemory(MOST_KEPT);
	const looks = createPlaces();
	const running = new Map();
	const keep = (call, kind, known) => {
		const size = [...known.names].reduce((sum, name) => sum + PER_NAME + 2 * name.length, PER_NAME);
		memory.set(call.owner, keyOf(call, kind), known, size);
	};
	const knownTo = (call, kind) => {
		const known = memory.get(call.owner, keyOf(call, kind));
		return known && performance.now() - known.askedAt < LONGEST ? known : undefined;
	};
	const look = async (call, kind, ask) => {
		const key = `${call.owner}\n${keyOf(call, kind)}`;
		const other = running.get(key);
		const joined = other && (await other.catch(() => undefined));
		if (joined !== undefined) return joined;
		const {tenant} = readOwner(call.owner);
		const free = looks.take(MOST_LOOKS, {tenant, caller: call.owner, hasNeighbours: true});
		if (!free) throw new UpstreamFault('full', 'too many names are looked for at once');
		const found = read(call, kind, ask).then((known) => {
			if (known) keep(call, kind, known);
			return known;
		});
		running.set(key, found);
		try {
			return await found;
		} finally {
			free();
			if (running.get(key) === found) running.delete(key);
		}
	};
	const isMissing = async (call, kind, names, ask) => {
		const known = knownTo(call, kind);
		if (known && names.every((name) => known.names.has(name))) return false;
		const isFresh = known !== undefined && known.askedAt > 0 && performance.now() - known.askedAt < SHORTEST;
		const now = isFresh ? known : await look(call, kind, ask);
		return now !== null && now.isWhole && names.some((name) => !now.names.has(name));
	};
	return {
		lacks(call, ask) {
			const wanted = new Map();
			for (const {items} of call.message?.elements ?? []) {
				for (const {kind, name} of items) {
					if (name !== null && LIST_OF[kind] && !knownTo(call, kind)?.names.has(name)) wanted.set(kind, [...(wanted.get(kind) ?? []), name]);
				}
			}
			if (wanted.size === 0) return false;
			return Promise.all([...wanted].map(([kind, names]) => isMissing(call, kind, names, ask))).then((missing) => missing.includes(true));
		},
		learner(call) {
			const seen = new Map();
			return {
				see: (kind, name) => void (LIST_OF[kind] && seen.set(kind, [...(seen.get(kind) ?? []), name])), keep: () => {
					for (const [kind, names] of seen) {
						const before = knownTo(call, kind) ?? {names: new Set(), askedAt: performance.now() - SHORTEST, isWhole: false};
						const all = new Set([...before.names, ...names]);
						if (all.size > before.names.size && all.size <= MOST_NAMES) keep(call, kind, {...before, names: all});
					}
				},
			};
		},
	};
}
const keyOf = ({pool, request}, kind) => `${pool.server} ${kind} ${request.query ?? ''}`;
async function read(call, kind, ask) {
	const {method, member} = LIST_OF[kind];
	const names = new Set();
	const until = performance.now() + MOST_TIME;
	let cursor = null;
	for (let pages = 0; pages < MOST_PAGES && names.size < MOST_NAMES && performance.now() < until; pages++) {
		const response = await ask(listCall(call, method, cursor));
		if (response.status >= 400 && response.status < 500 && response.status !== 404) {
			discard(response);
			return null;
		}
		const text = await readReplyText(response, call.table.timeouts.firstByte);
		const reply = asObject(parseJson(text ?? ''));
		const code = at(reply, 'error', 'code');
		if (code === NO_METHOD) return {names, askedAt: performance.now(), isWhole: true};
		if (response.status === 404 || code !== undefined) return null;
		const listed = at(reply, 'result', member);
		if (!Array.isArray(listed)) throw new UpstreamFault('answered', new CodedError('MALFORMED_ANSWER', `its answer to ${method} is no list`));
		for (const item of listed) {
			const name = at(item, 'name');
			if (typeof name === 'string') names.add(name);
		}
		const next = at(reply, 'result', 'nextCursor');
		if (typeof next !== 'string') return { names, askedAt: performance.now(), isWhole: true };
		cursor = next;
	}
	return {names, askedAt: performance.now(), isWhole: false};
}
const OF_MESSAGE = /^(?:mcp-(?:method|name|param-.*)|last-event-id|accept-encoding)$/;
function listCall(call, method, cursor) {
	const {request, era} = call;
	const {handedOn: _handedOn, written: _written, ...rest} = request;
	const kept = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OF_MESSAGE.test(name)));
	const named = era === 'modern' ? { 'mcp-method': method } : {};
	const params = new Map();
	if (era === 'modern') {
		const meta = membersOf(memberText(`${request.body}`, ['params', '_meta']));
		meta.delete('progressToken');
		params.set('_meta', objectText(meta));
	}
	if (cursor !== null) params.set('cursor', JSON.stringify(cursor));
	const id = `mcpgen-${randomBytes(9).toString('base64url')}`;
	const text = `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${objectText(params)}}`;
	const body = Buffer.from(text);
	const parsed = parseMessage(body, 64);
	return {
		...call, message: parsed.ok ? parsed.message : undefined,
		request: {...rest, method: 'POST', headers: { ...kept, ...POST_HEADERS, ...named, 'accept-encoding': 'identity' }, body },
		value: () => JSON.parse(text), keepBody: () => () => {},
		items: null,
	};
}
