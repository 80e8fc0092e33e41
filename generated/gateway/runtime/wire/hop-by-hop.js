// mcpgen: Headers of one hop alone, which no hop passes on (RFC 9110 §7.6.1).
export const HOP_BY_HOP = [
	'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
	'transfer-encoding', 'upgrade',
];
const NOTHING = new Set();
export function connectionNames(header) {
	if (!header || header === 'keep-alive') return NOTHING;
	return new Set(header.toLowerCase().split(',').map((name) => name.trim()));
}
