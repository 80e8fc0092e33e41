// mcpgen: Headers of one hop alone, which no hop passes on (RFC 9110 §7.6.1).
export const HOP_BY_HOP = [
	'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
	'transfer-encoding', 'upgrade',
];
export const CONNECTION_OF_CLIENT = 'x-forwarded-connection';
const NOTHING = new Set();
export function connectionNames(header, ofClient = '') {
	if ((!header || header === 'keep-alive') && ofClient === '') return NOTHING;
	return new Set(`${header ?? ''},${ofClient}`.toLowerCase().split(',').map((name) => name.trim()));
}
