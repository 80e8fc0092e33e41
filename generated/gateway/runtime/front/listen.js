// mcpgen: HTTP servers.
import {randomUUID} from 'node:crypto';
import {createServer, STATUS_CODES} from 'node:http';
import {REASONS, refusalBody} from '../decision/reasons.js';
import {SettingError} from '../process/env.js';
import {linesOf} from '../wire/header-list.js';
import {NODE_CLASSES, NodeClient} from './node-client.js';
export const KEEP_ALIVE = 75_000;
const LOOK_EVERY = 5000;
const SILENT = 5000;
const FOLLOWED_WITHIN = 50;
export function plainServer(options) {
	return serverOf(options).server;
}
export function publicServer(options) {
	const {headers, onParserRefusal} = options;
	const {server, last} = serverOf({...options, requestTimeout: 60_000});
	server.headersTimeout = 30_000;
	server.on('checkExpectation', (_incoming, outgoing) => {
		const requestId = randomUUID();
		onParserRefusal('expectation-unsupported', requestId, 417, addressOf(outgoing.req.socket));
		const client = new NodeClient(outgoing);
		client.closeAfterwards();
		client.answer(417, ['content-type', 'application/json', ...headers()], refusalBody('expectation-unsupported', null, requestId));
	});
	server.on('connect', (_incoming, socket) => {
		const refuse = () => refuseRaw(socket, 'method-not-allowed', options);
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
		if (!underWay) return refuseRaw(socket, reason, options);
		if (!underWay.breakBody(reason)) socket.destroy();
	});
	return server;
}
function serverOf({serve, maxHeaderSize, requestTimeout, keepAlive = KEEP_ALIVE, isDraining = () => false}) {
	const last = new Map();
	const silent = new Set();
	let isClosing = false;
	const answer = (outgoing, awaitsContinue) => {
		const {socket} = outgoing.req;
		const before = last.get(socket);
		const client = new NodeClient(outgoing, awaitsContinue, before);
		last.set(socket, client);
		if (before === undefined) silent.delete(socket);
		if (isDraining() || (isClosing && before === undefined)) client.closeAfterwards();
		else if (isClosing) endBehind(client, socket);
		serve(client);
	};
	const options = {
		...NODE_CLASSES, maxHeaderSize, requireHostHeader: false, keepAliveTimeout: 0, requestTimeout,
	};
	const server = createServer(options, (_incoming, outgoing) => answer(outgoing, false));
	server.maxHeadersCount = 0;
	server.on('checkContinue', (_incoming, outgoing) => answer(outgoing, true));
	server.on('connection', (socket) => {
		void socket.remoteAddress;
		silent.add(socket);
		socket.once('close', () => {
			silent.delete(socket);
			last.get(socket)?.connectionClosed();
			last.delete(socket);
		});
	});
	const endIdle = (socket, keptFor) => {
		const client = last.get(socket);
		if (client && isIdle(client, socket, keptFor)) socket.destroy();
	};
	const endBehind = (client, socket) => void client.onLeave(() => setTimeout(() => setImmediate(endIdle, socket, 0), FOLLOWED_WITHIN));
	server.closeIdleConnections = () => {
		isClosing = true;
		for (const [socket, client] of last) endBehind(client, socket);
		setTimeout(() => silent.forEach((socket) => socket.bytesRead === 0 && socket.destroy()), SILENT).unref();
	};
	const look = setInterval(() => {
		for (const socket of last.keys()) endIdle(socket, keepAlive);
	}, Math.min(LOOK_EVERY, keepAlive)).unref();
	server.once('close', () => clearInterval(look));
	return {server: server, last};
}
function isIdle({closedAt, bytesRead}, socket, keptFor) {
	return closedAt !== null && performance.now() - closedAt >= keptFor && socket.bytesRead === bytesRead;
}
const PARSER_REASONS = {
	HPE_HEADER_OVERFLOW: 'headers-too-large', ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};
const addressOf = (socket) => socket.remoteAddress ?? '';
function refuseRaw(socket, reason, {headers, onParserRefusal}) {
	const requestId = randomUUID();
	const body = refusalBody(reason, null, requestId);
	const {status} = REASONS[reason];
	onParserRefusal(reason, requestId, status, addressOf(socket));
	const lines = linesOf(['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body)), ...headers(), 'connection', 'close']);
	socket.on('error', () => socket.destroy());
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines ?? ''}\r\n${body}`);
	setTimeout(() => socket.destroy(), 1000).unref();
}
export function listenAt(server, {host, port}, setting) {
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
	});
}
