// mcpgen: do not edit.
import http from 'node:http';
import https from 'node:https';
import { UpstreamFault } from './upstream.js';
const IDLE = 4000;
/** One instance reached over HTTP/1.1, with its own pool of connections. */
export function httpUpstream({ url, connect, firstByte }) {
	const secure = url.protocol === 'https:';
	const agent = new (secure ? https : http).Agent({ keepAlive: true, noDelay: true, timeout: IDLE, scheduling: 'lifo' });
	const target = {
		agent,
		host: url.hostname.replace(/^\[|\]$/g, ''),
		port: url.port || (secure ? 443 : 80),
		path: url.pathname + url.search,
		setDefaultHeaders: false,
	};
	const send = secure ? https.request : http.request;
	return {
		send: (request) => exchange(send({ ...target, path: request.path ?? target.path, method: request.method, headers: headersFor(url, request) }), request, connect, firstByte),
		close: async () => agent.destroy(),
	};
}
function headersFor(url, { headers, body }) {
	return { ...headers, host: url.host, connection: 'keep-alive', ...(body ? { 'content-length': String(body.length) } : {}) };
}
function exchange(outgoing, { body, signal }, connect, firstByte) {
	return new Promise((resolve, reject) => {
		let connected = false;
		let timer = setTimeout(() => fail('connect'), connect);
		const fail = (stage, cause) => {
			clearTimeout(timer);
			reject(new UpstreamFault(stage, cause));
			outgoing.destroy();
		};
		const abort = () => fail(connected ? 'sent' : 'connect', signal.reason);
		const onConnected = () => {
			connected = true;
			clearTimeout(timer);
			timer = setTimeout(() => fail('timeout'), firstByte);
		};
		if (signal.aborted) return abort();
		signal.addEventListener('abort', abort);
		outgoing.once('close', () => signal.removeEventListener('abort', abort));
		outgoing.once('socket', (socket) => {
			if (socket.connecting) socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
			else onConnected();
		});
		outgoing.on('error', (error) => fail(connected ? 'sent' : error.code === 'ECONNREFUSED' ? 'refused' : 'connect', error));
		outgoing.once('upgrade', (_response, socket) => {
			socket.destroy();
			fail('sent');
		});
		outgoing.once('response', (response) => {
			clearTimeout(timer);
			resolve({ status: response.statusCode ?? 502, headers: response.headers, body: response });
		});
		outgoing.end(body ?? undefined);
	});
}
