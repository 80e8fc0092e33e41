// mcpgen: What a body says, as far as decisions need it.
import {isUtf8} from 'node:buffer';
import {foldKey} from '../wire/fold-key.js';
import {asObject, isObject} from '../wire/json-rpc.js';
import {memberText, ownText} from '../wire/json-text.js';
import {CAPABILITIES, VERSION} from '../wire/meta-keys.js';
const MOST_IN_BATCH = 50;
const CONTAINER = 48;
const ELEMENT = 8;
const MEMBER = 16;
const MEMBER_OF_MANY = 112;
const MANY = 64;
const MOST_INTRODUCTION = 1500;
const MOST_TEXT = 256;
const CHEAP = 65_536;
export const NAME_KEY = new Map([
	['tools/call', 'name'],
	['prompts/get', 'name'],
	['resources/read', 'uri'],
	['tasks/get', 'taskId'],
	['tasks/update', 'taskId'],
	['tasks/cancel', 'taskId'],
]);
const DECISIVE = new Map(['jsonrpc', 'id', 'method', 'params', 'name', 'uri', 'taskId', 'arguments', '_meta', 'result', 'error'].map((key) => [fold(key), key]));
const BIT_OF = new Map([...DECISIVE.values()].map((key, index) => [key, 1 << index]));
const META_KEYS = new Map([[VERSION, 1], [CAPABILITIES, 2]]);
const LONGEST_META_KEY = VERSION.length;
const FOLDED_META_KEYS = new Set([...META_KEYS.keys()].map(foldKey));
const NOT_LOOKED_AT = -1;
function fold(key) {
	return key.length > 16 ? key : foldKey(key);
}
const META_LEVEL = 3;
const isOtherSpelling = (key) => key.length <= LONGEST_META_KEY && FOLDED_META_KEYS.has(foldKey(key));
export function parseMessage(body, depth, most = Infinity, read) {
	if (!isUtf8(body)) return {ok: false, reason: 'body-not-json', id: null };
	const text = body.toString('utf8');
	const scanned = {weight: 0};
	let fault;
	let value;
	try {
		fault = scan(text, depth, /^\s*\[/.test(text) ? 1 : 0, most, scanned);
		value = fault === 'body-too-large' || (fault === 'body-too-deep' && text.length > CHEAP) ? null : JSON.parse(text);
	} catch {
		return {ok: false, reason: 'body-not-json', id: null };
	}
	const id = isObject(value) ? idOf(value) : null;
	const message = fault ? null : Array.isArray(value) ? batch(value) : isObject(value) ? single(value, text) : null;
	const parsed = message ? {ok: true, message, weight: scanned.weight} : {ok: false, reason: fault ?? 'body-not-message', id };
	if (typeof id === 'number' && !Number.isSafeInteger(id)) (parsed.ok ? parsed.message : parsed).writtenId = ownText(memberText(text, ['id'])) ?? undefined;
	if (!parsed.ok || !read) return parsed;
	const elements = read(value, text);
	if (!elements) return {ok: false, reason: 'body-duplicate-key', id, writtenId: parsed.message.writtenId };
	return {...parsed, message: {...parsed.message, elements}};
}
const idOf = (value) => (typeof value['id'] === 'string' || typeof value['id'] === 'number' ? value['id'] : null);
function single(value, text) {
	if (value['jsonrpc'] !== '2.0') return null;
	const id = idOf(value);
	const isResponse = 'result' in value || 'error' in value;
	const method = value['method'];
	if (isResponse ? method !== undefined : typeof method !== 'string') return null;
	if (!isResponse && 'id' in value && id === null) return null;
	const params = asObject(value['params']);
	const meta = asObject(params['_meta']);
	const nameKey = NAME_KEY.get(String(method));
	const name = nameKey === undefined ? undefined : params[nameKey];
	return {
		shape: isResponse ? 'response' : 'id' in value ? 'request' : 'notification', id,
		method: isResponse ? '' : String(method), name: typeof name === 'string' ? name : null, claim: claimOf(meta[VERSION]),
		declaresCapabilities: isObject(meta[CAPABILITIES]),
		continues: params['inputResponses'] !== undefined || params['requestState'] !== undefined,
		traceparent: typeof meta['traceparent'] === 'string' ? cut(meta['traceparent']) : null,
		initialize: method === 'initialize' ? introductionOf(params, text) : null,
		methods: isResponse ? [] : [String(method)],
		calls: method === 'tools/call' ? [{ tool: typeof name === 'string' ? name : null, argumentsJson: JSON.stringify(params['arguments']) ?? '' }] : [],
	};
}
const cut = (text) => (text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text);
const claimOf = (claim) => (typeof claim === 'string' ? cut(claim) : typeof claim === 'object' ? null : claim);
const SPACES = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g;
function introductionOf({protocolVersion, capabilities, clientInfo}, text) {
	const said = (path, other) => memberText(text, ['params', ...path]) ?? other;
	const info = isObject(clientInfo) ? (name) => said(['clientInfo', name], '""') : () => '""';
	const able = isObject(capabilities) ? said(['capabilities'], '{}') : '{}';
	const named = `{"name":${info('name')},"version":${info('version')}}`;
	const whole = `{"protocolVersion":${said(['protocolVersion'], 'null')},"capabilities":${able},"clientInfo":${named}}`;
	const kept = whole.length > CHEAP ? whole : whole.replace(SPACES, '$1');
	const claimed = typeof protocolVersion === 'string' ? cut(protocolVersion) : null;
	return {protocolVersion: claimed, text: kept.length > MOST_INTRODUCTION ? null : ownText(kept)};
}
function batch(values) {
	const parts = values.map((value) => (isObject(value) ? single(value, '') : null));
	const whole = parts.filter((part) => part !== null);
	const isOdd = whole.some(({claim, method}) => claim !== undefined || method === 'initialize');
	if (isOdd || whole.length === 0 || whole.length > MOST_IN_BATCH || whole.length < parts.length) return null;
	return {
		shape: 'batch', id: null, method: '', name: null, claim: undefined, declaresCapabilities: false, continues: false,
		traceparent: null, initialize: null, methods: whole.flatMap((part) => part.methods),
		calls: whole.flatMap((part) => part.calls),
	};
}
function scan(text, limit, offset, most, scanned) {
	const seen = [];
	const members = [];
	let depth = 0;
	let weight = 0;
	let isKey = false;
	let isMeta = false;
	for (let i = 0; i < text.length; i++) {
		switch (text.charCodeAt(i)) {
			case 0x22: {
				const start = i;
				for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++)
					if (text.charCodeAt(i) === 0x5c) i++;
				if (!isKey) break;
				isKey = false;
				const bits = seen[depth] ?? NOT_LOOKED_AT;
				if (bits === NOT_LOOKED_AT) break;
				const written = text.slice(start + 1, i);
				const key = written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
				if (depth - offset === META_LEVEL) {
					const metaBit = META_KEYS.get(key);
					if (metaBit === undefined ? isOtherSpelling(key) : (bits & metaBit) !== 0) return 'body-duplicate-key';
					seen[depth] = bits | (metaBit ?? 0);
					break;
				}
				isMeta = depth - offset === META_LEVEL - 1 && key === '_meta';
				const bit = BIT_OF.get(key);
				if (bit === undefined ? DECISIVE.has(fold(key)) : (bits & bit) !== 0) return 'body-duplicate-key';
				seen[depth] = bits | (bit ?? 0);
				break;
			}
			case 0x7b:
				if (++depth > limit) return 'body-too-deep';
				if ((weight += CONTAINER) > most) return 'body-too-large';
				members[depth] = 0;
				seen[depth] = depth - offset < META_LEVEL || (depth - offset === META_LEVEL && isMeta) ? 0 : NOT_LOOKED_AT;
				isKey = true;
				break;
			case 0x5b:
				if (++depth > limit) return 'body-too-deep';
				if ((weight += CONTAINER) > most) return 'body-too-large';
				seen[depth] = NOT_LOOKED_AT;
				isKey = false;
				break;
			case 0x7d:
			case 0x5d:
				depth--;
				isKey = false;
				break;
			case 0x3a:
				members[depth] = (members[depth] ?? 0) + 1;
				if ((weight += members[depth] > MANY ? MEMBER_OF_MANY : MEMBER) > most) return 'body-too-large';
				break;
			case 0x2c:
				isKey = (seen[depth] ?? NOT_LOOKED_AT) !== NOT_LOOKED_AT;
				if ((weight += ELEMENT) > most) return 'body-too-large';
				break;
		}
	}
	scanned.weight = weight;
	return null;
}
