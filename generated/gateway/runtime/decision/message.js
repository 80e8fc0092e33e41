// mcpgen: What a body says, as far as decisions need it.
import {isUtf8} from 'node:buffer';
import {asObject, isObject} from '../wire/json-rpc.js';
import {CAPABILITIES, VERSION} from '../wire/meta-keys.js';
const MOST_IN_BATCH = 50;
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
const NOT_LOOKED_AT = -1;
function fold(key) {
	return key.length > 16 ? key : key.toUpperCase().toLowerCase();
}
export function parseMessage(body, depth) {
	if (!isUtf8(body)) return { ok: false, reason: 'body-not-json', id: null };
	const text = body.toString('utf8');
	let fault;
	let value;
	try {
		fault = scan(text, depth, /^\s*\[/.test(text) ? 1 : 0);
		value = fault === 'body-too-deep' && text.length > CHEAP ? null : JSON.parse(text);
	} catch {
		return { ok: false, reason: 'body-not-json', id: null };
	}
	const id = isObject(value) ? idOf(value) : null;
	if (fault) return { ok: false, reason: fault, id };
	const message = Array.isArray(value) ? batch(value) : isObject(value) ? single(value) : null;
	return message ? { ok: true, message } : { ok: false, reason: 'body-not-message', id };
}
const idOf = (value) => (typeof value['id'] === 'string' || typeof value['id'] === 'number' ? value['id'] : null);
function single(value) {
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
		method: isResponse ? '' : String(method), name: typeof name === 'string' ? name : null, claim: meta[VERSION],
		declaresCapabilities: isObject(meta[CAPABILITIES]),
		continues: params['inputResponses'] !== undefined || params['requestState'] !== undefined,
		traceparent: typeof meta['traceparent'] === 'string' ? meta['traceparent'] : null,
		initialize: method === 'initialize' ? params : null, methods: isResponse ? [] : [String(method)],
		calls: method === 'tools/call' ? [{ tool: typeof name === 'string' ? name : null, argumentsJson: JSON.stringify(params['arguments']) ?? '' }] : [],
	};
}
function batch(values) {
	const parts = values.map((value) => (isObject(value) ? single(value) : null));
	const whole = parts.filter((part) => part !== null);
	const isOdd = whole.some(({ claim, method }) => claim !== undefined || method === 'initialize');
	if (isOdd || whole.length === 0 || whole.length > MOST_IN_BATCH || whole.length < parts.length) return null;
	return {
		shape: 'batch', id: null, method: '', name: null, claim: undefined, declaresCapabilities: false, continues: false,
		traceparent: null, initialize: null, methods: whole.flatMap((part) => part.methods),
		calls: whole.flatMap((part) => part.calls),
	};
}
function scan(text, limit, offset) {
	const seen = [];
	let depth = 0;
	let isKey = false;
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
				const bit = BIT_OF.get(key);
				if (bit === undefined ? DECISIVE.has(fold(key)) : (bits & bit) !== 0) return 'body-duplicate-key';
				seen[depth] = bits | (bit ?? 0);
				break;
			}
			case 0x7b:
				if (++depth > limit) return 'body-too-deep';
				seen[depth] = depth - offset <= 2 ? 0 : NOT_LOOKED_AT;
				isKey = true;
				break;
			case 0x5b:
				if (++depth > limit) return 'body-too-deep';
				seen[depth] = NOT_LOOKED_AT;
				isKey = false;
				break;
			case 0x7d:
			case 0x5d:
				depth--;
				isKey = false;
				break;
			case 0x2c:
				isKey = (seen[depth] ?? NOT_LOOKED_AT) !== NOT_LOOKED_AT;
				break;
		}
	}
	return null;
}
