// mcpgen: JSON objects by the texts of their members: what is taken apart and put together again on its way keeps every digit of what nobody reads.
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
