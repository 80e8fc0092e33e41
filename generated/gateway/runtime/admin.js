// mcpgen: do not edit.
/** The admin listener: what operators and monitoring read. It never shares a port with the public routes. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from './decision/address.js';
const json = (value) => ({ type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` });
const PAGES = new Map([
	['/metrics', ({ text }) => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: text() })],
	['/config', (options) => json(describe(options))],
]);
export function adminHandler(options) {
	return (incoming, outgoing) => {
		const page = PAGES.get((incoming.url ?? '').split('?', 1)[0] ?? '');
		if (!page) return end(outgoing, 404, 'application/json', '{"error":"not found"}\n');
		if (!mayRead(options.state().readToken, incoming)) {
			return end(outgoing, 401, 'application/json', '{"error":"a read token is required"}\n', { 'www-authenticate': 'Bearer' });
		}
		if (incoming.method !== 'GET') return end(outgoing, 405, 'application/json', '{"error":"GET only"}\n', { allow: 'GET' });
		const { type, body } = page(options);
		end(outgoing, 200, type, body);
	};
}
function mayRead(token, incoming) {
	if (token === null) {
		const host = (incoming.headers.host ?? '').replace(/:\d+$/, '');
		return isLoopback(incoming.socket.remoteAddress ?? '') && ['localhost', '127.0.0.1', '[::1]'].includes(host) && incoming.headers.origin === undefined;
	}
	const given = /^Bearer +(\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
	const digest = (text) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(token));
}
function describe({ state, pools }) {
	const { raw, placement } = state().tables;
	const sets = raw.originSets.map(([, set]) => set);
	return {
		name: raw.name,
		environment: raw.environment,
		profile: raw.profile,
		placement,
		hash: raw.hash,
		origin: {
			allowed_origins: [...new Set(sets.flatMap(({ exact, subdomains }) => [...exact, ...subdomains.map((s) => `${s.scheme}://*${s.suffix}${s.port}`)]))].sort(),
			allow_https: sets.some(({ anyHttps }) => anyHttps),
			allow_ngrok: sets.some(({ tunnels }) => tunnels.length > 0),
		},
		hosts: raw.anyHost ? 'any' : raw.hosts,
		routes: raw.routes.map(([path, { server }]) => ({ path, server })),
		tenants: raw.tenants.map(([name]) => name),
		clients: raw.clients.map(([name]) => name),
		revisions: raw.revisions,
		limits: raw.limits,
		timeouts: raw.timeouts,
		pools: pools.all().map(({ server, instances }) => ({ server, instances: instances.map(({ id, up, active }) => ({ id, up, active })) })),
	};
}
function end(outgoing, status, type, body, headers = {}) {
	outgoing.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
	outgoing.end(body);
}
