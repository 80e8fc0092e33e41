// mcpgen: Headers that the gateway alone says to a server, of itself or of a caller: text that goes behind all others, and names under which nobody else is heard.
import {linesOf} from './header-list.js';
export const NO_HEADERS = {lines: '', names: new Set() };
const SENDABLE = /^[!-~](?:[ -~]*[!-~])?$/;
const MOST = 6144;
export const isSendable = (value) => value.length <= MOST && SENDABLE.test(value);
const TEXT = /^[\t -~]*$/;
export function ownHeaders(pairs) {
	const lines = pairs.every(([, value]) => TEXT.test(value)) ? linesOf(pairs.flat()) : null;
	return lines === null ? null : {lines, names: new Set(pairs.map(([name]) => name.replaceAll('_', '-'))) };
}
export const isOwn = (name, {names}) => names.size > 0 && (names.has(name) || names.has(name.replaceAll('_', '-')));
