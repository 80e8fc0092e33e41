// mcpgen: do not edit.
import { asObject, failure, parseJson } from '../json-rpc.js';
import { VERSION } from '../meta-keys.js';
export const SUPPORTED = ['2025-11-25', '2025-06-18', '2025-03-26'];
const ACCEPTED = [...SUPPORTED, '2024-11-05', undefined];
/** The version asked for, where it is none of these. */
export function unsupported(header, messages) {
	const claims = messages.map(({ meta }) => meta[VERSION]);
	return claims.find((claim) => claim !== undefined) ?? (ACCEPTED.includes(header) ? undefined : header);
}
/** A body or a line; or the code of the error it is (JSON-RPC 2.0 §5.1). */
export function readMessages(text) {
	const value = parseJson(text);
	if (value === undefined) return -32700;
	const batch = Array.isArray(value);
	const all = batch ? value : [value];
	const messages = all.flatMap((each) => toMessage(each, batch ? JSON.stringify(each) : text));
	return messages.length > 0 && messages.length === all.length ? { batch, messages } : -32600;
}
function toMessage(value, text) {
	const fields = asObject(value);
	const { id, method } = fields;
	const params = asObject(fields['params']);
	const kind = method === undefined ? 'response' : id === undefined ? 'notification' : 'request';
	const valid = { request: isId(id), notification: true, response: 'result' in fields || 'error' in fields }[kind];
	return valid ? { kind, id: isId(id) ? id : '', method, params, meta: asObject(params['_meta']), fields, text } : [];
}
export function isId(value) {
	return typeof value === 'string' || typeof value === 'number';
}
export function errorText(id, code, message, data) {
	return JSON.stringify(failure(id, code, message, data));
}
export function withId({ fields, id, text }, name) {
	return name === id ? text : JSON.stringify({ ...fields, id: name });
}
export function withParam({ fields, params, text }, key, value) {
	return params[key] === value ? text : JSON.stringify({ ...fields, params: { ...params, [key]: value } });
}
