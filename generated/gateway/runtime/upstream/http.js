// mcpgen: One instance reached over HTTP/1.1, on sockets of our own.
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {linesOf} from '../wire/header-list.js';
import {isOwn, NO_HEADERS} from '../wire/own-headers.js';
import {openConnections} from './connections.js';
import {withoutNamesOf} from './own-query.js';
import {roundtrip} from './roundtrip.js';
import {SHOWS_NOTHING} from './shown.js';
const unsendable = () => new CodedError('UNSENDABLE', 'a header or the path has characters that cannot be sent');
const PATH = /^[!-~]*$/;
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);
export function httpUpstream(endpoint) {
	const {url, shown = {now: SHOWS_NOTHING}} = endpoint;
	const connections = openConnections(endpoint);
	const own = url.pathname + url.search;
	const rest = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
	return {
		origin: url.origin, send: (request) => {
			const head = headOf(own, rest, request, shown.now.own);
			if (head === null) return Promise.reject(new UpstreamFault('sent', unsendable()));
			if (request.signal.aborted) return Promise.reject(new UpstreamFault('connect', request.signal.reason));
			return roundtrip(connections, head, request);
		},
		close: connections.close,
	};
}
function headOf(own, rest, request, shown) {
	const {method, path = own, query, headers, written, body, vouched = NO_HEADERS} = request;
	const lines = written?.of === headers ? written.lines : requestLines(headers, shown, vouched);
	const target = query ? withQuery(path, query) : path;
	if (lines === null || !PATH.test(target)) return null;
	const length = body || method === 'POST' ? `content-length: ${body?.length ?? 0}\r\n` : '';
	return `${method} ${target}${rest}${lines}${shown.lines}${vouched.lines}${length}\r\n`;
}
function withQuery(path, query) {
	const mark = path.indexOf('?');
	if (mark === -1) return `${path}?${query}`;
	const left = withoutNamesOf(path.slice(mark + 1), query);
	return left === '' ? path : `${path}&${left}`;
}
export function requestLines(headers, shown = NO_HEADERS, vouched = NO_HEADERS) {
	const list = [];
	for (const name in headers)
		if (!FRAMING.has(name) && !isOwn(name, shown) && !isOwn(name, vouched)) list.push(name, headers[name]);
	return linesOf(list);
}
