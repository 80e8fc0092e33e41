// mcpgen: JSON-RPC messages, told apart, and changed without loss.
import {asObject, parseJson} from '../wire/json-rpc.js';
import {elementTexts, memberText, ownText, replaceMember} from '../wire/json-text.js';
import {VERSION} from '../wire/meta-keys.js';
export const CANCELLED = 'notifications/cancelled';
export const SUPPORTED = ['2025-11-25', '2025-06-18', '2025-03-26'];
const ACCEPTED = [...SUPPORTED, '2024-11-05', undefined];
export function unsupported(header, messages) {
	const claims = messages.map(({meta}) => meta[VERSION]);
	return claims.find((claim) => claim !== undefined) ?? (ACCEPTED.includes(header) ? undefined : header);
}
export function readMessages(text) {
	const value = parseJson(text);
	if (value === undefined) return -32700;
	const isBatch = Array.isArray(value);
	const all = isBatch ? value : [value];
	const texts = isBatch ? (elementTexts(text) ?? []) : [text];
	const messages = all.flatMap((each, i) => toMessage(each, texts[i] ?? ''));
	return messages.length > 0 && messages.length === all.length ? {isBatch, messages} : -32600;
}
function toMessage(value, text) {
	const fields = asObject(value);
	const {id, method} = fields;
	const params = asObject(fields['params']);
	const shape = method === undefined ? 'response' : id === undefined ? 'notification' : 'request';
	const isValid = {request: isId(id), notification: true, response: 'result' in fields || 'error' in fields }[shape];
	return isValid ? {shape, id: isId(id) ? id : '', method, params, meta: asObject(params['_meta']), fields, text } : [];
}
export function isId(value) {
	return typeof value === 'string' || typeof value === 'number';
}
export const idText = ({text}) => ownText(memberText(text, ['id'])) ?? 'null';
export const withId = ({text}, id) => replaceMember(text, ['id'], id) ?? text;
export const withParam = ({text}, path, value) => replaceMember(text, ['params', ...path], value) ?? text;
