// mcpgen: One instance reached over HTTP/1.1, on sockets of our own.
import {UpstreamFault} from '../wire/fault.js';
import {linesOf} from '../wire/header-list.js';
import {openConnections} from './connections.js';
import {roundtrip} from './roundtrip.js';
const PATH = /^[!-~]*$/;
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);
export function httpUpstream(endpoint) {
	const { url } = endpoint;
	const connections = openConnections(endpoint);
	const own = url.pathname + url.search;
	const rest = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
	return {
		origin: url.origin, send: (request) => {
			const head = headOf(own, rest, request);
			if (head === null) return Promise.reject(new UpstreamFault('sent', new TypeError('header that cannot be sent')));
			if (request.signal.aborted) return Promise.reject(new UpstreamFault('connect', request.signal.reason));
			return roundtrip(connections, head, request);
		},
		close: connections.close,
	};
}
function headOf(own, rest, { method, path = own, headers, written, body }) {
	const lines = written?.of === headers ? written.lines : requestLines(headers);
	if (lines === null || !PATH.test(path)) return null;
	const length = body || method === 'POST' ? `content-length: ${body?.length ?? 0}\r\n` : '';
	return `${method} ${path}${rest}${lines}${length}\r\n`;
}
export function requestLines(headers) {
	const list = [];
	for (const name in headers)
		if (!FRAMING.has(name)) list.push(name, headers[name]);
	return linesOf(list);
}
