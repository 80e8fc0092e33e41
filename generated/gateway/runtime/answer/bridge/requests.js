// mcpgen
import {NAME_KEY} from '../../decision/message.js';
import {MODERN} from '../../decision/revision.js';
import {asObject, POST_HEADERS} from '../../wire/json-rpc.js';
import {CAPABILITIES, CLIENT_INFO, VERSION} from '../../wire/meta-keys.js';
import {readReply} from './answers.js';
export const OWN_INFO = { name: 'mcpgen-gateway', version: '1' };
const OF_ONE_ERA = /^(?:mcp-(?:protocol-version|method|name|param-.*)|last-event-id)$/;
export function plainHeaders({ request }) {
	const kept = Object.entries(request.headers).filter(([name]) => !OF_ONE_ERA.test(name));
	return { ...Object.fromEntries(kept), ...POST_HEADERS, 'accept-encoding': 'identity' };
}
export function encodeHeader(value) {
	return /^(?! )[ -~]*(?<! )$/.test(value) && !/^=\?base64\?.*\?=$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
export function modernRequest(call, message, signal, said = {}, headers = {}) {
	const method = String(message['method']);
	const params = asObject(message['params']);
	const name = params[NAME_KEY.get(method) ?? ''];
	const meta = { ...asObject(params['_meta']), [VERSION]: MODERN, [CAPABILITIES]: {}, ...said, [CLIENT_INFO]: said[CLIENT_INFO] ?? OWN_INFO };
	const named = typeof name === 'string' ? { 'mcp-name': encodeHeader(name) } : {};
	return {
		method: 'POST',
		headers: { ...plainHeaders(call), ...headers, ...named, 'mcp-protocol-version': MODERN, 'mcp-method': encodeHeader(method) },
		body: Buffer.from(JSON.stringify({ ...message, params: { ...params, _meta: meta } })), signal,
	};
}
export async function askModern(call, method, params, within) {
	const message = { jsonrpc: '2.0', id: 'mcpgen', method, params };
	const { response } = await call.send(modernRequest(call, message, AbortSignal.timeout(within)), { repeats: 1 });
	return { status: response.status, reply: await readReply(response, within) };
}
