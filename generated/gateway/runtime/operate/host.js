// mcpgen
import {drainServer, listenAt, plainServer} from '../front/listen.js';
import {listenOf, logLevelOf, placementOf, SettingError} from '../process/env.js';
import {createLog} from '../process/log.js';
import {errorText, readMessages} from '../stdio/message.js';
import {jsonResponse} from '../stdio/response.js';
import {loadEras, startChildren} from '../stdio/upstream.js';
import {UpstreamFault} from '../wire/fault.js';
export async function runHost(server, tables, features, env, write) {
	const table = tables.pools.find(([name]) => name === server)?.[1].host;
	if (!table) throw new SettingError(`"${server}" is not a stdio server of this config`);
	const { child, port, path } = table;
	const { limits, timeouts } = tables;
	const log = createLog(`${tables.name}-${server}`, logLevelOf(env, tables), write);
	const upstream = startChildren(child, env, timeouts.keepAlive, log, await loadEras(features));
	const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
	const running = await startHost({ upstream, ...listenOf(env, { host: all, port }), path, bodyLimit: limits.body, log });
	log('info', 'listening', { port: running.port });
	return async () => {
		await running.close(timeouts.drain);
		await upstream.close();
	};
}
const METHODS = 'POST, GET, DELETE';
const MOST_HEAD = 65_536;
const REQUEST_TIMEOUT = 300_000;
export async function startHost(options) {
	const standing = new Set();
	const serve = (client) => {
		const gone = new AbortController();
		client.onLeave(() => {
			gone.abort();
			standing.delete(client);
		});
		if (client.request.method === 'GET') standing.add(client);
		answer(options, client, gone.signal).then((response) => relay(client, response), () => client.cut());
	};
	const server = plainServer({ serve, maxHeaderSize: MOST_HEAD, requestTimeout: REQUEST_TIMEOUT });
	await listenAt(server, { host: options.host, port: options.port }, 'PORT');
	server.on('error', ({ message }) => options.log('error', 'host-failed', { error: message }));
	return {
		port: server.address().port, async close(drainMs) {
			const drained = drainServer(server, drainMs);
			standing.forEach((client) => client.end());
			const idle = setInterval(() => server.closeIdleConnections(), 50);
			await drained;
			clearInterval(idle);
		},
	};
}
function relay(client, { status, headers, body }) {
	const list = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().flatMap((one) => [name, one]));
	if (Buffer.isBuffer(body)) return client.answer(status, list.filter((_, i) => !/^content-length$/i.test(list[i - (i % 2)] ?? '')), body);
	client.begin(status, list);
	client.flush();
	client.pipe(body);
	client.onLeave(() => body.destroy());
	body.on('error', () => { }).once('close', () => body.readableEnded || client.cut());
}
async function answer({ upstream, path, bodyLimit, log }, client, signal) {
	const { method, target, headers } = client.request;
	const at = target.replace(/\?.*/, '');
	let id = null;
	const refuse = (status, message, headers = {}) => jsonResponse(status, errorText(id, status, message), headers);
	if (/^\/health(\/live|\/ready)?$/.test(at)) return jsonResponse(200, '{"status":"ok"}');
	if (at !== path) return refuse(404, 'Not found');
	if (!METHODS.split(', ').includes(method)) return refuse(405, 'Method not allowed', { allow: METHODS });
	const sent = await client.body(bodyLimit);
	if (typeof sent === 'string') return refuse(413, 'Body too large');
	const body = method === 'POST' ? sent : null;
	try {
		return await upstream.send({ method, headers: headers, body, signal });
	} catch (error) {
		log('warn', 'upstream-failed', { error: String(error) });
		const read = readMessages(`${body}`);
		if (typeof read !== 'number') id = read.messages[0]?.id ?? null;
		const early = error instanceof UpstreamFault && ['full', 'refused'].includes(error.stage);
		return early ? refuse(503, 'No capacity', { 'retry-after': '1' }) : refuse(502, 'The server failed');
	}
}
