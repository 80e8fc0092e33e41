// mcpgen
import {LOOPBACK} from './address.js';
export function originMatcher(table) {
	return {exact: new Set(table.exact), table};
}
const PARTS = /^(https?):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])((?::[1-9][0-9]{0,4})?)$/;
export function originAllowed(matcher, origin) {
	if (matcher.exact.has(origin)) return true;
	const {subdomains, loopback, anyHttps, tunnels} = matcher.table;
	if (subdomains.length + loopback.length + tunnels.length === 0 && !anyHttps) return false;
	const [, scheme, host, port] = PARTS.exec(origin) ?? [];
	if (scheme === undefined || host === undefined) return false;
	if (loopback.includes(scheme) && LOOPBACK.has(host)) return true;
	if (scheme === 'https' && (anyHttps || tunnels.some((suffix) => host.endsWith(suffix)))) return true;
	return subdomains.some((s) => s.scheme === scheme && s.port === port && oneLabelBefore(host, s.suffix));
}
function oneLabelBefore(host, suffix) {
	return host.length > suffix.length && host.endsWith(suffix) && !host.slice(0, -suffix.length).includes('.');
}
