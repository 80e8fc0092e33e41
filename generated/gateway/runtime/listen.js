// mcpgen: do not edit.
/** HTTP servers with the gateway's manners: bounded heads, JSON for what the parser refuses, an end that lets requests finish. */
import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES } from 'node:http';
import { SettingError } from './env.js';
import { breakBody } from './exchange.js';
import { REASONS, refusalBody } from './decision/reasons.js';
export function publicServer({ handle, maxHeaderSize, onParserRefusal }) {
	const server = createServer({
		maxHeaderSize,
		requireHostHeader: false,
		keepAliveTimeout: 75_000,
		headersTimeout: 30_000,
		requestTimeout: 60_000,
	}, (incoming, outgoing) => answer(incoming, outgoing, false));
	server.maxHeadersCount = 0;
	const busy = new WeakMap();
	const answer = (incoming, outgoing, awaitsContinue) => {
		const { socket } = incoming;
		busy.set(socket, { incoming, outgoing });
		handle(incoming, outgoing, awaitsContinue);
	};
	server.on('checkContinue', (incoming, outgoing) => answer(incoming, outgoing, true));
	server.on('checkExpectation', (_incoming, outgoing) => {
		const requestId = randomUUID();
		onParserRefusal('expectation-unsupported', requestId, 417);
		outgoing.writeHead(417, { 'content-type': 'application/json', connection: 'close' }).end(refusalBody('expectation-unsupported', null, requestId));
	});
	server.on('connect', (_incoming, socket) => refuseRaw(socket, 'method-not-allowed', onParserRefusal));
	server.on('clientError', (error, socket) => {
		const last = busy.get(socket);
		const under = last?.outgoing.closed ? undefined : last;
		const hasLeft = error.code === 'ECONNRESET' || (under !== undefined && error.code === 'HPE_INVALID_EOF_STATE');
		if (hasLeft || !socket.writable || under?.outgoing.headersSent) return void socket.destroy();
		const reason = PARSER_REASONS[error.code ?? ''] ?? 'malformed-request';
		if (under) {
			under.outgoing.setHeader('connection', 'close');
			if (!breakBody(under.incoming, reason)) socket.destroy();
			return;
		}
		refuseRaw(socket, reason, onParserRefusal);
	});
	return server;
}
const PARSER_REASONS = { HPE_HEADER_OVERFLOW: 'headers-too-large', ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout' };
function refuseRaw(socket, reason, onParserRefusal) {
	const requestId = randomUUID();
	const body = refusalBody(reason, null, requestId);
	const { status } = REASONS[reason];
	onParserRefusal(reason, requestId, status);
	const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
	socket.on('error', () => socket.destroy());
	socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
	setTimeout(() => socket.destroy(), 1000).unref();
}
export function plainServer(listener) {
	return createServer({ maxHeaderSize: 16_384, keepAliveTimeout: 75_000, requestTimeout: 10_000 }, listener);
}
/** @returns the port, which the system chooses for port 0 */
export function listenAt(server, { host, port }, setting) {
	return new Promise((resolve, reject) => {
		server.once('error', (error) => {
			const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.code === 'EACCES' ? 'no permission for this port' : error.message;
			reject(new SettingError(`cannot listen on ${host}:${port}: ${why}; ${setting} chooses another`, { cause: error }));
		});
		server.listen(port, host, () => resolve(server.address().port));
	});
}
/** Stops taking connections, lets what runs finish for `drain` ms, then cuts the rest. */
export function drainServer(server, drain) {
	return new Promise((resolve) => {
		const timer = setTimeout(() => server.closeAllConnections(), drain);
		server.close(() => {
			clearTimeout(timer);
			resolve();
		});
		server.closeIdleConnections();
	});
}
