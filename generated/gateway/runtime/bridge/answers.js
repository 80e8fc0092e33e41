// mcpgen: do not edit.
import { UpstreamFault } from '../upstream/upstream.js';
const MOST = 16 * 2 ** 20;
const PARTS = ['tools', 'prompts', 'resources', 'completions', 'logging'];
export const asObject = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {});
/** What is found along these names; undefined where they lead nowhere. */
export const at = (value, ...path) => path.reduce((found, name) => asObject(found)[name], value);
export const isReply = (message) => message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);
export const success = (id, result) => ({ jsonrpc: '2.0', id, result });
export const failure = (id, code, message, data) => ({ jsonrpc: '2.0', id, error: { code, message, data } });
/** Null for what is no answer to a request. */
export function parseReply(body) {
	try {
		const value = asObject(JSON.parse(`${body}`));
		return isReply(value) ? value : null;
	} catch {
		return null;
	}
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
export function readBody(body, within) {
	if (Buffer.isBuffer(body)) return Promise.resolve(body);
	return new Promise((resolve, reject) => {
		const fail = () => (clearTimeout(timer), reject(new UpstreamFault('answered')));
		const timer = setTimeout(() => body.destroy(), within);
		if (body.destroyed) return fail();
		const chunks = [];
		let size = 0;
		body.on('data', (chunk) => {
			chunks.push(chunk);
			if ((size += chunk.length) > MOST) body.destroy();
		});
		body.once('end', () => resolve(Buffer.concat(chunks))).once('close', fail).on('error', () => { });
	});
}
/** Of a server's capabilities those that a bridge can keep; what they say more (listChanged, subscribe), it cannot. */
export function bridgedCapabilities(capabilities) {
	return Object.fromEntries(PARTS.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
