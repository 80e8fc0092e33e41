// mcpgen: do not edit.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { listenOf, placementOf } from '../env.js';
import { readBody } from '../exchange.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { jsonAnswer } from './answer.js';
import { errorText, readMessages } from './message.js';
import { startChildren } from './upstream.js';
/** `node main.js host <server>`. @returns what ends it in good order */
export async function runHost({ child, port, path }, { limits, timeouts }, env, log) {
	const upstream = startChildren(child, env, timeouts.keepAlive, log);
	const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
	const running = await startHost({ upstream, ...listenOf(env, { host: all, port }), path, bodyLimit: limits.body, log });
	log('info', 'listening', { port: running.port });
	return async () => {
		await running.close(timeouts.drain);
		await upstream.close();
	};
}
const METHODS = 'POST, GET, DELETE';
export async function startHost(options) {
	const standing = new Set();
	const server = createServer({ keepAliveTimeout: 75_000 }, (req, res) => {
		const gone = new AbortController();
		res.on('close', () => gone.abort()).on('close', () => standing.delete(res));
		if (req.method === 'GET') standing.add(res);
		const forward = ({ status, headers, body }) => {
			res.writeHead(status, headers);
			if (Buffer.isBuffer(body)) return void res.end(body);
			res.flushHeaders();
			pipeline(body, res, () => { });
		};
		answer(options, req, gone.signal).then(forward, () => res.destroy());
	});
	server.on('error', ({ message }) => options.log('error', 'host-failed', { error: message }));
	await once(server.listen(options.port, options.host), 'listening');
	return {
		port: server.address().port,
		async close(drainMs) {
			const closed = once(server.close(), 'close');
			standing.forEach((res) => res.end());
			const idle = setInterval(() => server.closeIdleConnections(), 50);
			const cut = setTimeout(() => server.closeAllConnections(), drainMs);
			await closed;
			[idle, cut].forEach(clearTimeout);
		},
	};
}
async function answer({ upstream, path, bodyLimit, log }, req, signal) {
	const { method = '', url = '' } = req;
	const at = url.replace(/\?.*/, '');
	let id = null;
	const refuse = (status, message, headers = {}) => jsonAnswer(status, errorText(id, status, message), headers);
	if (/^\/health(\/live|\/ready)?$/.test(at)) return jsonAnswer(200, '{"status":"ok"}');
	if (at !== path) return refuse(404, 'Not found');
	if (!METHODS.split(', ').includes(method)) return refuse(405, 'Method not allowed', { allow: METHODS });
	const sent = await readBody(req, bodyLimit);
	if (typeof sent === 'string') return refuse(413, 'Body too large');
	const body = method === 'POST' ? sent : null;
	try {
		return await upstream.send({ method, headers: req.headers, body, signal });
	} catch (error) {
		log('warn', 'upstream-failed', { error: String(error) });
		const read = readMessages(`${body}`);
		if (typeof read !== 'number') id = read.messages[0]?.id ?? null;
		const early = error instanceof UpstreamFault && ['full', 'refused'].includes(error.stage);
		return early ? refuse(503, 'No capacity', { 'retry-after': '1' }) : refuse(502, 'The server failed');
	}
}
