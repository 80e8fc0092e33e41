// mcpgen: JSON objects by the texts of their members: what is taken apart and put together again on its way keeps every digit of what nobody reads.
import {ownFailure} from './json-rpc.js';
import {headMembers} from './json-text.js';
export const membersOf = (text) => new Map(headMembers(text ?? ''));
export function objectText(members) {
	return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}
export function setMember(members, name, value) {
	const text = JSON.stringify(value);
	if (text === undefined) members.delete(name);
	else members.set(name, text);
}
export const replyText = (id, kind, value) => `{"jsonrpc":"2.0","id":${id ?? 'null'},"${kind}":${value}}`;
export const successText = (id, result) => replyText(id, 'result', JSON.stringify(result));
export const failureText = (id, code, message, data) => replyText(id, 'error', JSON.stringify({ code, message, data }));
export function ownFailureText(headers, id, code, message, reason, data = {}) {
	return replyText(id, 'error', JSON.stringify(ownFailure(headers, null, code, message, reason, data)['error']));
}
