// A module of mcpgen's gateway. Do not edit.
const PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const NAME_KEY = new Map([
	['tools/call', 'name'],
	['prompts/get', 'name'],
	['resources/read', 'uri'],
	['tasks/get', 'taskId'],
	['tasks/update', 'taskId'],
	['tasks/cancel', 'taskId'],
]);
/** Keys that decide what a body does. */
const DECISIVE = new Set(['jsonrpc', 'id', 'method', 'params', 'name', 'uri', 'taskid', 'arguments', '_meta', 'result', 'error']);
export function parseMessage(body, depth) {
	const text = body.toString('utf8');
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		return { ok: false, reason: 'body-not-json', id: null };
	}
	const fault = scan(text, depth, Array.isArray(value) ? 1 : 0);
	const id = isObject(value) ? idOf(value) : null;
	if (fault) return { ok: false, reason: fault, id };
	const message = Array.isArray(value) ? batch(value) : isObject(value) ? single(value) : null;
	return message ? { ok: true, message } : { ok: false, reason: 'body-not-message', id };
}
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const idOf = (value) => (typeof value['id'] === 'string' || typeof value['id'] === 'number' ? value['id'] : null);
function single(value) {
	if (value['jsonrpc'] !== '2.0') return null;
	const id = idOf(value);
	const isResponse = 'result' in value || 'error' in value;
	const method = value['method'];
	if (isResponse ? method !== undefined : typeof method !== 'string') return null;
	if (!isResponse && 'id' in value && id === null) return null;
	const params = isObject(value['params']) ? value['params'] : {};
	const meta = isObject(params['_meta']) ? params['_meta'] : {};
	const name = params[NAME_KEY.get(String(method)) ?? ''];
	return {
		shape: isResponse ? 'response' : 'id' in value ? 'request' : 'notification',
		id,
		method: isResponse ? '' : String(method),
		name: typeof name === 'string' ? name : null,
		claim: meta[PROTOCOL_VERSION],
		declaresCapabilities: isObject(meta[CLIENT_CAPABILITIES]),
		methods: isResponse ? [] : [String(method)],
		argumentsJson: method === 'tools/call' ? (JSON.stringify(params['arguments']) ?? null) : null,
	};
}
/** A batch of 2025-03-26. One with a modern element is nothing any revision knows (MCP 2026-07-28 takes one message a body). */
function batch(values) {
	const parts = values.map((value) => (isObject(value) ? single(value) : null));
	const whole = parts.filter((part) => part !== null);
	if (whole.length === 0 || whole.length < parts.length || whole.some((part) => part.claim !== undefined)) return null;
	return {
		shape: 'batch',
		id: null,
		method: '',
		name: null,
		claim: undefined,
		declaresCapabilities: false,
		methods: whole.flatMap((part) => part.methods),
		argumentsJson: null,
	};
}
/**
 * One pass over text that is known to be JSON: nesting, and repeated or case-variant decisive keys in the message and its `params`
 * (levels 1 and 2, one deeper in a batch).
 */
function scan(text, limit, offset) {
	const seen = [];
	let depth = 0;
	let isKey = false;
	for (let i = 0; i < text.length; i++) {
		switch (text.charCodeAt(i)) {
			case 0x22: {
				const start = i;
				for (i++; text.charCodeAt(i) !== 0x22; i++)
					if (text.charCodeAt(i) === 0x5c) i++;
				if (!isKey) break;
				isKey = false;
				const keys = seen[depth];
				if (!keys) break;
				const key = String(JSON.parse(text.slice(start, i + 1)));
				const lower = key.toLowerCase();
				if (!DECISIVE.has(lower)) break;
				if (keys.has(lower) || (lower !== key && key !== 'taskId')) return 'body-duplicate-key';
				keys.add(lower);
				break;
			}
			case 0x7b:
				if (++depth > limit) return 'body-too-deep';
				seen[depth] = depth - offset <= 2 ? new Set() : null;
				isKey = true;
				break;
			case 0x5b:
				if (++depth > limit) return 'body-too-deep';
				seen[depth] = null;
				isKey = false;
				break;
			case 0x7d:
			case 0x5d:
				depth--;
				isKey = false;
				break;
			case 0x2c:
				// Below the levels of interest, and in arrays, keys need not be told from values.
				isKey = seen[depth] instanceof Set;
				break;
		}
	}
	return null;
}
