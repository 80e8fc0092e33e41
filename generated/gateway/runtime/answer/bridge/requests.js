// mcpgen
import {NAME_KEY} from '../../decision/message.js';
import {MODERN} from '../../decision/revision.js';
import {messageText, parseJson, POST_HEADERS} from '../../wire/json-rpc.js';
import {membersOf, objectText, setMember} from '../../wire/json-members.js';
import {CAPABILITIES, CLIENT_INFO, VERSION} from '../../wire/meta-keys.js';
import {readReply} from './answers.js';
export const OWN_INFO = {name: 'mcpgen-gateway', version: '1' };
const OF_ONE_ERA = /^(?:mcp-(?:protocol-version|method|name|param-.*)|last-event-id)$/;
export function plainHeaders({request}) {
	const kept = Object.entries(request.headers).filter(([name]) => !OF_ONE_ERA.test(name));
	return {...Object.fromEntries(kept), ...POST_HEADERS, 'accept-encoding': 'identity' };
}
export function encodeHeader(value) {
	return /^(?! )[ -~]*(?<! )$/.test(value) && !/^=\?base64\?.*\?=$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
export function modernRequest(call, message, signal, said = {}, headers = {}) {
	const members = membersOf(message);
	const params = membersOf(members.get('params'));
	const method = String(parseJson(members.get('method') ?? ''));
	const name = parseJson(params.get(NAME_KEY.get(method) ?? '') ?? '');
	const meta = membersOf(params.get('_meta'));
	const own = {[VERSION]: MODERN, [CAPABILITIES]: {}, ...said, [CLIENT_INFO]: said[CLIENT_INFO] ?? OWN_INFO};
	for (const [key, value] of Object.entries(own)) setMember(meta, key, value);
	params.set('_meta', objectText(meta));
	members.set('params', objectText(params));
	const named = typeof name === 'string' ? { 'mcp-name': encodeHeader(name) } : {};
	return {
		method: 'POST', query: call.request.query ?? '',
		headers: {...plainHeaders(call), ...headers, ...named, 'mcp-protocol-version': MODERN, 'mcp-method': encodeHeader(method) },
		body: Buffer.from(objectText(members)), signal,
	};
}
export async function askModern(call, method, params, within) {
	const message = messageText({id: 'mcpgen', method, params });
	const {instance, response} = await call.send(modernRequest(call, message, AbortSignal.timeout(within)), {repeats: 1});
	return {instance, response, status: response.status, reply: await readReply(response, within)};
}
