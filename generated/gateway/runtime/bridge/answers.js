// mcpgen: do not edit.
import { asObject, isReply, parseJson } from '../json-rpc.js';
const PARTS = ['tools', 'prompts', 'resources', 'completions', 'logging'];
/** Null for what is no answer to a request. */
export function parseReply(body) {
	const value = asObject(parseJson(body));
	return isReply(value) ? value : null;
}
/** Without what its server told of bytes that were replaced, or of a session that is none of the client's. */
export function passed(status, { 'content-length': _length, 'mcp-session-id': _session, ...headers }, body) {
	const length = Buffer.isBuffer(body) ? { 'content-length': `${body.length}` } : {};
	return { instance: null, response: { status, headers: { ...headers, ...length }, body } };
}
/** With no message, an empty one. */
export function answer(status, message, headers = {}) {
	const type = message === undefined ? {} : { 'content-type': 'application/json' };
	return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : JSON.stringify(message)));
}
/** Of a server's capabilities those that a bridge can keep; what they say more (listChanged, subscribe), it cannot. */
export function bridgedCapabilities(capabilities) {
	return Object.fromEntries(PARTS.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
