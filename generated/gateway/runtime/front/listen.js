// mcpgen: HTTP servers.
import {randomUUID} from 'node:crypto';
import {createServer, STATUS_CODES} from 'node:http';
import {REASONS, refusalBody} from '../decision/reasons.js';
import {SettingError} from '../process/env.js';
import {NODE_CLASSES, NodeClient} from './node-client.js';
export const KEEP_ALIVE = 75_000;
const LOOK_EVERY = 5000;
export function plainServer(options) {
	return serverOf(options).server;
}
export function publicServer(options) {
	const { onParserRefusal } = options;
	const { server, last } = serverOf({ ...options, requestTimeout: 60_000 });
	server.headersTimeout = 30_000;
	server.on('checkExpectation', (_incoming, outgoing) => {
		const requestId = randomUUID();
		onParserRefusal('expectation-unsupported', requestId, 417);
		const client = new NodeClient(outgoing);
		client.closeAfterwards();
		client.answer(417, ['content-type', 'application/json'], refusalBody('expectation-unsupported', null, requestId));
	});
	server.on('connect', (_incoming, socket) => {
		const refuse = () => refuseRaw(socket, 'method-not-allowed', onParserRefusal);
		const before = last.get(socket);
		if (before) before.onLeave(refuse);
		else refuse();
	});
	server.on('clientError', (error, socket) => {
		const client = last.get(socket);
		const underWay = client?.closedAt === null ? client : undefined;
		const hasLeft = error.code === 'ECONNRESET' || (underWay !== undefined && error.code === 'HPE_INVALID_EOF_STATE');
		if (hasLeft || !socket.writable || underWay?.hasBegun) return void socket.destroy();
		const reason = PARSER_REASONS[error.code ?? ''] ?? 'malformed-request';
		if (!underWay) return refuseRaw(socket, reason, onParserRefusal);
		if (!underWay.breakBody(reason)) socket.destroy();
	});
	return server;
}
function serverOf({ serve, maxHeaderSize, requestTimeout, keepAlive = KEEP_ALIVE, isDraining = () => false }) {
	const last = new Map();
	const answer = (outgoing, awaitsContinue) => {
		const { socket } = outgoing.req;
		const client = new NodeClient(outgoing, awaitsContinue, last.get(socket));
		last.set(socket, client);
		if (isDraining()) client.closeAfterwards();
		serve(client);
	};
	const options = {
		...NODE_CLASSES, maxHeaderSize, requireHostHeader: false, keepAliveTimeout: 0, requestTimeout,
	};
	const server = createServer(options, (_incoming, outgoing) => answer(outgoing, false));
	server.maxHeadersCount = 0;
	server.on('checkContinue', (_incoming, outgoing) => answer(outgoing, true));
	server.on('connection', (socket) => {
		socket.once('close', () => {
			last.get(socket)?.connectionClosed();
			last.delete(socket);
		});
	});
	server.closeIdleConnections = () => closeIdle(last, 0);
	const look = setInterval(() => closeIdle(last, keepAlive), Math.min(LOOK_EVERY, keepAlive)).unref();
	server.once('close', () => clearInterval(look));
	return { server: server, last };
}
function closeIdle(last, keepAlive) {
	const before = performance.now() - keepAlive;
	for (const [socket, { closedAt, bytesRead }] of last)
		if (closedAt !== null && closedAt <= before && socket.bytesRead === bytesRead) socket.destroy();
}
const PARSER_REASONS = {
	HPE_HEADER_OVERFLOW: 'headers-too-large', ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};
function refuseRaw(socket, reason, onParserRefusal) {
	const requestId = randomUUID();
	const body = refusalBody(reason, null, requestId);
	const { status } = REASONS[reason];
	onParserRefusal(reason, requestId, status);
	const length = `content-length: ${Buffer.byteLength(body)}`;
	const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'content-type: application/json', length, 'connection: close'];
	socket.on('error', () => socket.destroy());
	socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
	setTimeout(() => socket.destroy(), 1000).unref();
}
export function listenAt(server, { host, port }, setting) {
	return new Promise((resolve, reject) => {
		server.once('error', (error) => {
			const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.code === 'EACCES' ? 'no permission for this port' : error.message;
			reject(new SettingError(`cannot listen on ${host}:${port}: ${why}; ${setting} chooses another`, { cause: error }));
		});
		server.listen(port, host, () => resolve(server.address().port));
	});
}
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
