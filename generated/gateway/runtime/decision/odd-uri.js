// mcpgen
import {globOf} from './glob.js';
const ODD = [
	/[\\\x00-\x1f\x7f]|^ | $/, /(?:^|[/:=])(?:\.|%2e){1,2}(?=[/?#&]|$)/i,
	/%(?:[01][0-9a-f]|2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef]|25[0-9a-f]{2})/i, /^[^:/?#]*[A-Z][^:/?#]*:/,
];
const READ_BY_LIBRARIES = /^(?:file|ftp|https?|wss?):/;
export function isOddUri(uri) {
	const path = uri.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/)?/, '').split(/[?#]/, 1)[0];
	return path.includes('//') || ODD.some((pattern) => pattern.test(uri)) || (READ_BY_LIBRARIES.test(uri) && isReadAsAnother(uri));
}
function isReadAsAnother(uri) {
	if (!URL.canParse(uri)) return false;
	try {
		const [written, read] = [decodeURI(uri), decodeURI(new URL(uri).href)];
		return read !== written && read !== `${written}/`;
	} catch {
		return true;
	}
}
export function oddGlobOf({effect, name}) {
	if (effect === 'allow') return /^\*+$/.test(name) || !name.includes('*') ? globOf(name) : () => false;
	const couldMean = name.includes(':') || (name.includes('*') && /^[a-z0-9+.-]*\*/i.test(name));
	return () => couldMean;
}
