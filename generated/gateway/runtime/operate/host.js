// mcpgen: Serves the children of one stdio server on an internal network.
import {setTimeout as sleep} from 'node:timers/promises';
import {isLoopback, LOOPBACK} from '../decision/address.js';
import {hostName} from '../decision/host.js';
import {originAllowed, originMatcher} from '../decision/origin.js';
import {REASON_OF_FAULT, reasonRow} from '../decision/reasons.js';
import {drainServer, listenAt, plainServer} from '../front/listen.js';
import {listenOf, logLevelOf, placementOf, SettingError} from '../process/env.js';
import {createLog} from '../process/log.js';
import {idText, readMessages} from '../stdio/message.js';
import {jsonResponse} from '../stdio/response.js';
import {loadEras, startChildren} from '../stdio/upstream.js';
import {causeOf} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {ownFailureText} from '../wire/replies.js';
export async function runHost(server, tables, features, env, write) {
	const pool = tables.pools.find(([name]) => name === server)?.[1];
	if (!pool?.host) throw new SettingError(`"${server}" is not a stdio server of this config`);
	const {child, port, path} = pool.host;
	const {limits, timeouts, routes, originSets} = tables;
	const log = createLog(`${tables.name}-${server}`, logLevelOf(env, tables), write);
	const upstream = startChildren(server, child, {env, keepAlive: timeouts.keepAlive, log, timeouts: pool.timeouts}, await loadEras(features));
	const all = placementOf(env) === 'local' ? '127.0.0.1' : '::';
	const sets = new Set(routes.flatMap(([, route]) => (route.server === server ? [route.origins] : [])));
	const matchers = originSets.flatMap(([id, set]) => (sets.has(id) ? [originMatcher(set)] : []));
	const isAllowed = (origin) => matchers.some((matcher) => originAllowed(matcher, origin.toLowerCase()));
	let isReady = false;
	const isWell = async () => isReady && (await upstream.isWell()) !== false;
	const running = await startHost({upstream, server, ...listenOf(env, {host: all, port}), path, bodyLimit: limits.body, log, isAllowed, isWell});
	log('info', 'listening', { port: running.port });
	const stopping = new AbortController();
	const trying = tryUntilWell(upstream, log, stopping.signal).then(() => void (isReady = true));
	return async () => {
		stopping.abort();
		await running.close(timeouts.drain);
		await upstream.close();
		await trying;
	};
}
const FIRST_DELAY = 1000;
const LAST_DELAY = 30_000;
async function tryUntilWell(upstream, log, signal) {
	for (let delay = FIRST_DELAY; !signal.aborted && !(await upstream.rehearse()); delay = Math.min(2 * delay, LAST_DELAY)) {
		log('error', 'server-not-ready', { why: 'no child that was started has answered; the lines before this one say more', next_try_ms: delay });
		await sleep(delay, undefined, {ref: false, signal}).catch(() => {});
	}
}
const METHODS = 'POST, GET, DELETE';
const MOST_NAME = 200;
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
	const server = plainServer({serve, maxHeaderSize: MOST_HEAD, requestTimeout: REQUEST_TIMEOUT});
	await listenAt(server, {host: options.host, port: options.port}, 'PORT');
	server.on('error', ({ message }) => options.log('error', 'host-failed', { error: message }));
	return {
		port: server.address().port, async close(drainMs) {
			const drained = drainServer(server, drainMs);
			standing.forEach((client) => client.end());
			await drained;
		},
	};
}
function relay(client, {status, headers, body}) {
	const list = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().flatMap((one) => [name, one]));
	if (Buffer.isBuffer(body)) return client.answer(status, list.filter((_, i) => !/^content-length$/i.test(list[i - (i % 2)] ?? '')), body);
	client.begin(status, list);
	client.flush();
	client.pipe(body);
	client.onLeave(() => body.destroy());
	body.on('error', () => { }).once('close', () => body.readableEnded || client.cut());
}
const mediaType = (value) => (value ?? '').replace(/;.*/s, '').trim().toLowerCase();
function faultOf({host, isAllowed = () => false}, {method, headers}) {
	const onLoopback = isLoopback(host) || LOOPBACK.has(host);
	if (onLoopback && !LOOPBACK.has(hostName(headers['host']) ?? '')) return [421, 'unknown-host', 'Host not served here'];
	if (headers['origin'] !== undefined && !isAllowed(headers['origin'])) return [403, 'origin-not-allowed', 'Origin not allowed'];
	const isOther = method === 'POST' && mediaType(headers['content-type']) !== 'application/json';
	return isOther ? [415, 'content-type-unsupported', 'Content-Type must be application/json'] : null;
}
async function answer(options, client, signal) {
	const {upstream, server, path, bodyLimit, log, isWell} = options;
	const {method, target, headers} = client.request;
	const at = target.replace(/\?.*/, '');
	let id = null;
	const refuse = (status, reason, message, more = {}) => jsonResponse(status, ownFailureText(headers, id, status, message, reason), more);
	const tell = (fault) => {
		if (fault && !signal.aborted) log('warn', 'upstream-failed', { server, ...causeOf(fault), request_id: headers['x-request-id'] });
	};
	const isHealth = /^\/health(\/live|\/ready)?$/.test(at);
	const fault = faultOf(options, isHealth ? {...client.request, method: 'GET' } : client.request);
	if (fault) {
		log('warn', 'refused', { status: fault[0], reason: fault[1], host: headers['host']?.slice(0, MOST_NAME), origin: headers['origin']?.slice(0, MOST_NAME) });
		return refuse(...fault);
	}
	if (isHealth) {
		const isOk = at === '/health/live' || ((await isWell?.()) ?? true);
		return jsonResponse(isOk ? 200 : 503, isOk ? '{"status":"ok"}' : '{"status":"down","why":"no child has answered yet: see the log"}');
	}
	if (at !== path) return refuse(404, 'unknown-route', 'Not found');
	if (!METHODS.split(', ').includes(method)) return refuse(405, 'method-not-allowed', 'Method not allowed', { allow: METHODS });
	const sent = await client.body(bodyLimit);
	if (typeof sent === 'string') return refuse(413, 'body-too-large', 'Body too large');
	const body = method === 'POST' ? sent : null;
	try {
		const response = await upstream.send({method, headers: headers, body, signal});
		const {failure, body: answered} = response;
		if (failure && Buffer.isBuffer(answered)) tell(failure()?.fault);
		else if (failure && !Buffer.isBuffer(answered)) answered.once('close', () => tell(failure()?.fault));
		return response;
	} catch (error) {
		tell(error);
		const read = readMessages(`${body}`);
		if (typeof read !== 'number' && read.messages[0]) id = idText(read.messages[0]);
		const {stage, retryAfter = 1} = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
		const reason = REASON_OF_FAULT[stage];
		const {status, message} = reasonRow(reason);
		return refuse(status, reason, message, status === 503 ? {'retry-after': `${retryAfter}` } : {});
	}
}
