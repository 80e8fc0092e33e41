// mcpgen: The admin listener: what operators and monitoring read, and what they may change.
import {createHash, randomUUID, timingSafeEqual} from 'node:crypto';
import {addressSet, isLoopback, LOOPBACK} from '../decision/address.js';
import {addressOf} from '../decision/way-in.js';
import {drainServer, listenAt, plainServer} from '../front/listen.js';
import {isObject, parseJson} from '../wire/json-rpc.js';
import {portOf} from '../process/env.js';
import {resetInstances} from '../upstream/reset.js';
import {ownAddress} from './own-address.js';
const jsonText = (value) => `${JSON.stringify(value, null, 2)}\n`;
const json = (value, status = 200, headers = {}) => ({status, type: 'application/json', body: jsonText(value), headers });
function refusal(status, reason, error, headers = {}) {
	const data = {reason, requestId: randomUUID()};
	return {...json({error, data}, status, headers), refused: data};
}
const page = (read) => ({method: 'GET', answer: (options) => json(read(options)) });
const PAGES = new Map([
	['/metrics', { method: 'GET', answer: ({ text }) => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: text() }) }],
	['/config', page(describe)],
	['/gateway/stats', page(({ pools }) => ({ servers: Object.fromEntries(pools.all().map((pool) => [pool.server, statsOf(pool)])) }))],
	['/circuit-breakers', page(({ pools }) => ({ breakers: pools.all().flatMap((pool) => pool.instances.map((instance) => breakerOf(pool, instance))) }))],
	['/circuit-breakers/reset', { method: 'POST', answer: reset }],
]);
const MOST_HEAD = 16_384;
const REQUEST_TIMEOUT = 10_000;
const MOST_PATH = 200;
const MOST_METHOD = 64;
const pathOf = ({request}) => (request.target.split('?', 1)[0] ?? '').slice(0, MOST_PATH);
function attemptOf(operator, requestId) {
	const {method, peer, headers} = operator.request;
	const origin = headers['origin']?.slice(0, MOST_PATH) ?? null;
	return {kind: 'admin', request_id: requestId, path: pathOf(operator), method: method.slice(0, MOST_METHOD), origin, address: peer };
}
const PORT_SETTING = 'MCPGEN_ADMIN_PORT';
const DRAIN = 1000;
export function serveAdmin(at, env, options) {
	const headers = () => options.state().tables.raw.headers;
	return listenForOperators(at, env, {log: options.log, headers, answer: (client) => answerOperator(options, client)});
}
export async function listenForOperators({host, port}, env, {log, headers, answer}) {
	const serve = (client) => void answer(client)
		.catch((error) => {
		log('error', 'admin-failed', { error: String(error) });
		return refusal(500, 'internal', 'internal error');
	})
		.then((answer) => {
		const {refused, status} = answer;
		const path = pathOf(client);
		if (refused) log('info', 'admin-refused', { request_id: refused.requestId, status, reason: refused.reason, path });
		if (refused) log('info', 'audit', { ...attemptOf(client, refused.requestId), decision: 'refuse', status, reason: refused.reason });
		end(client, answer, headers());
	});
	const server = plainServer({serve, maxHeaderSize: MOST_HEAD, requestTimeout: REQUEST_TIMEOUT});
	const at = {host: await ownAddress(host), port: portOf(env, PORT_SETTING) ?? port};
	return {port: await listenAt(server, at, PORT_SETTING), close: () => drainServer(server, DRAIN)};
}
export async function answerOperator(options, client) {
	const {request} = client;
	const {tables, trusted} = options.state();
	const allow = tables.raw.admin?.allow ?? null;
	if (allow && !addressSet(allow)(addressOf(tables, request, trusted))) return refusal(403, 'address-not-allowed', 'not allowed from this address');
	const found = PAGES.get(request.target.split('?', 1)[0] ?? '');
	if (!found) return refusal(404, 'unknown-route', 'not found');
	const {readToken, writeToken} = options.state();
	const given = /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
	const [isReader, isWriter] = [isToken(given, readToken), isToken(given, writeToken)];
	const mayRead = isReader || isWriter || (readToken === null && isLocal(client));
	const unknown = refusal(401, 'credentials-missing', `a ${found.method === 'POST' ? 'write' : 'read'} token is required`, { 'www-authenticate': 'Bearer' });
	if (request.method !== found.method) return mayRead ? refusal(405, 'method-not-allowed', `${found.method} only`, { allow: found.method }) : unknown;
	if (found.method === 'GET') return mayRead ? found.answer(options, client, 'loopback') : unknown;
	if (isWriter) return found.answer(options, client, 'write-token');
	if (writeToken !== null) return isReader ? refusal(403, 'token-may-read', 'this token may only read') : unknown;
	if (readToken === null && isLocal(client)) return found.answer(options, client, 'loopback');
	return refusal(403, 'changes-off', 'changes need a writeToken in gateway.admin, or loopback and no token at all');
}
function isLocal({request: {headers, peer}}) {
	const host = (headers['host'] ?? '').replace(/:\d+$/, '');
	return isLoopback(peer) && LOOPBACK.has(host) && headers['origin'] === undefined;
}
function isToken(given, token) {
	const digest = (text) => createHash('sha256').update(text).digest();
	return token !== null && timingSafeEqual(digest(given), digest(token));
}
function breakerOf({server}, {id, breaker, up, active, ejectedAt}) {
	const now = performance.now();
	return {
		server, instance: id, state: breaker?.stateAt(now) ?? 'none', failures: breaker?.failures(now) ?? 0,
		since: breaker ? new Date(Date.now() - (now - breaker.since)).toISOString() : null,
		retryAfter: breaker ? Math.ceil(breaker.wait(now) / 1000) : 0, up, active, ejected: ejectedAt !== null,
	};
}
function statsOf(pool) {
	const rows = pool.instances.map(({id, tally, active, up, isKnown, failure}) => {
		const failed = tally.erred + tally.failed + tally.unreachable;
		const {abandoned, ms} = tally;
		return {id, up: isKnown ? up : null, active, requests: tally.answered + failed, failed, abandoned, ms, last_failure: dated(failure)};
	});
	const sum = (of) => rows.reduce((total, row) => total + of(row), 0);
	const requests = sum((row) => row.requests);
	const {healthy, total, unknown, percent} = pool.health();
	return {
		requests, error_rate: share(sum(({failed}) => failed), requests), active: sum(({active}) => active),
		instances: {total, healthy, unknown, percent},
		cause: dated(pool.cause),
		load: rows.map(({ms, ...row}) => ({...row, share: share(row.requests, requests), latency_ms: share(ms, row.requests - row.failed)})),
	};
}
function dated(failure) {
	return failure?.at === undefined ? failure : {...failure, at: new Date(failure.at).toISOString()};
}
const share = (part, whole) => (whole === 0 ? 0 : Math.round((1000 * part) / whole) / 1000);
const MOST = 4096;
async function reset({pools, log}, client, by) {
	const body = await client.body(MOST);
	if (body === 'body-too-large') {
		client.closeAfterwards();
		return refusal(413, 'body-too-large', `at most ${MOST} bytes`);
	}
	const wanted = typeof body === 'string' ? null : namesOf(body.toString());
	if (!wanted) return refusal(400, 'body-malformed', 'the body is empty, or JSON such as {"server":"search","instance":"127.0.0.1:8000"}');
	const {server, instance} = wanted;
	if (client.request.target.includes('?')) return refusal(400, 'query-unsupported', 'names belong into the body, such as {"server":"search"}');
	const meant = pools.all().filter((pool) => (server === undefined || pool.server === server) && (instance === undefined || pool.byId(instance)));
	if (meant.length === 0 && (server ?? instance) !== undefined) return refusal(404, 'name-unknown', 'no such server or instance');
	const changed = meant.flatMap((pool) => resetInstances(pool, instance, performance.now()).map((id) => ({server: pool.server, instance: id})));
	const what = {action: 'circuit-breakers-reset', server: server ?? null, instance: instance ?? null, changed: changed.length };
	log('info', 'audit', { ...attemptOf(client, randomUUID()), ...what, by, decision: 'allow', status: 200, reason: null });
	return json({reset: changed});
}
function namesOf(text) {
	if (text === '') return {};
	const value = parseJson(text);
	const isNames = isObject(value) && Object.entries(value).every(([key, name]) => (key === 'server' || key === 'instance') && typeof name === 'string');
	return isNames ? value : null;
}
function writtenOrigins({exact, subdomains}) {
	return [...exact, ...subdomains.map(({scheme, suffix, port}) => `${scheme}://*${suffix}${port}`)];
}
function describe({state, pools}) {
	const {raw, placement} = state().tables;
	const sets = raw.originSets.map(([, set]) => set);
	return {
		name: raw.name, environment: raw.environment, profile: raw.profile, placement, hash: raw.hash, origin: {
			allowed_origins: [...new Set(sets.flatMap(writtenOrigins))].sort(), allow_https: sets.some(({anyHttps}) => anyHttps),
			allow_ngrok: sets.some(({tunnels}) => tunnels.length > 0),
		},
		hosts: raw.anyHost ? 'any' : raw.hosts, routes: raw.routes.map(([path, {server}]) => ({path, server})),
		tenants: raw.tenants.map(([name]) => name), clients: raw.clients.map(([name]) => name), revisions: raw.revisions,
		limits: raw.limits, timeouts: raw.timeouts,
		pools: pools.all().map(({server, instances}) => ({server, instances: instances.map(({id, up, active}) => ({id, up, active}))})),
	};
}
const OF_TLS = 'strict-transport-security';
function end(client, {status, type, body, headers = {}}, security) {
	const given = security.filter(([name]) => name !== OF_TLS);
	const described = {'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...Object.fromEntries(given), ...headers };
	client.answer(status, Object.entries(described).flat(), body);
}
