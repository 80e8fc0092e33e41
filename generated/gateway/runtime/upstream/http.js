// mcpgen: do not edit.
/** One instance reached over HTTP/1.1, on sockets of our own: Node's client takes about four times as long. */
import { Readable } from 'node:stream';
import { Connections } from './connections.js';
import { ResponseParser } from './response-parser.js';
import { NEVER, UpstreamFault } from './upstream.js';
const SMALL_BODY = 16_384;
const HIGH_WATER = 65_536;
const NAME = /^[!#$%&'*+.^`|~\w-]+$/;
const NO_VALUE = /[^\t -~\x80-\xff]/;
const NO_PATH = /[^!-~]/;
const FRAMING = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);
export function httpUpstream(endpoint) {
	const { url } = endpoint;
	const connections = new Connections(endpoint);
	const own = url.pathname + url.search;
	const rest = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
	return {
		origin: url.origin,
		send: (request) => {
			const head = headOf(own, rest, request);
			if (head === null) return Promise.reject(new UpstreamFault('sent', new TypeError('header that cannot be sent')));
			if (request.signal.aborted) return Promise.reject(new UpstreamFault('connect', request.signal.reason));
			return exchange(connections, head, request);
		},
		close: () => connections.close(),
	};
}
function headOf(own, rest, { method, path = own, headers, body }) {
	let head = `${method} ${path}${rest}`;
	if (NO_PATH.test(path)) return null;
	for (const name in headers) {
		const value = headers[name];
		if (FRAMING.has(name)) continue;
		if (!NAME.test(name) || NO_VALUE.test(value)) return null;
		head += `${name}: ${value}\r\n`;
	}
	if (body || method === 'POST') head += `content-length: ${body?.length ?? 0}\r\n`;
	return `${head}\r\n`;
}
function exchange(connections, head, { method, body, signal }) {
	return new Promise((resolve, reject) => {
		const parser = new ResponseParser(method);
		let connection = connections.take();
		let stream = null;
		let isPaused = false;
		const isKept = connection?.isOpen ?? false;
		let isAnswering = false;
		const leave = () => {
			connection?.drop();
			connection = null;
			if (signal !== NEVER) signal.removeEventListener('abort', abort);
		};
		const failed = (stage, cause) => {
			if (stage === 'timeout' && parser.head) return;
			const isStale = stage === 'sent' && isKept && !isAnswering && !signal.aborted;
			const fault = new UpstreamFault(parser.head ? 'answered' : isStale ? 'stale' : stage, cause);
			leave();
			if (stream) stream.destroy(fault);
			else reject(fault);
		};
		const abort = () => failed(connection?.isOpen ? 'sent' : 'connect', signal.reason);
		const resume = () => {
			if (isPaused) connection?.socket.resume();
			isPaused = false;
		};
		const finish = (keeps) => {
			if (connection?.socket.writableLength === 0 && !parser.hasSurplus) {
				connections.put(connection, keeps);
				connection = null;
			}
			leave();
		};
		const read = (bytes) => {
			isAnswering = true;
			const pieces = [];
			try {
				parser.push(bytes, pieces);
			} catch (error) {
				failed('sent', error);
				return false;
			}
			const { head, done } = parser;
			if (!head) return true;
			const content = Buffer.concat(pieces);
			if (done) finish(head.keeps);
			if (!stream) {
				if (!done) stream = streamOf(resume, leave);
				resolve({ status: head.status, headers: head.headers, body: stream ?? content });
			}
			isPaused = content.length > 0 && stream?.push(content) === false && !done;
			if (done) stream?.push(null);
			return !isPaused;
		};
		const ended = () => {
			if (!parser.end()) return failed('sent');
			leave();
			stream?.push(null);
		};
		if (!connection) return failed('connect');
		if (signal !== NEVER) signal.addEventListener('abort', abort);
		connection.use({ opened: () => write(connection, head, body, () => connection?.wait()), read, ended, failed });
	});
}
function write({ socket }, head, body, written) {
	if (!body) socket.write(head, 'latin1');
	else if (body.length <= SMALL_BODY) {
		const all = Buffer.allocUnsafe(head.length + body.length);
		body.copy(all, all.write(head, 'latin1'));
		socket.write(all);
	} else {
		socket.cork();
		socket.write(head, 'latin1');
		socket.write(body, written);
		socket.uncork();
	}
	written();
}
function streamOf(read, leave) {
	return new Readable({
		highWaterMark: HIGH_WATER,
		read,
		destroy: (error, done) => {
			leave();
			done(error);
		},
	});
}
