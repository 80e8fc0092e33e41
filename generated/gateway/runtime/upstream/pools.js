// mcpgen: do not edit.
/** The pools of this placement, kept across reloads as far as their tables stay the same. */
import { createHash } from 'node:crypto';
import { poolOverrides, readSecret } from '../env.js';
import { httpUpstream } from './http.js';
import { Pool } from './pool.js';
import { probeOf } from './probe.js';
export class Pools {
	#env;
	#log;
	#pools = new Map();
	constructor(env, log) {
		this.#env = env;
		this.#log = log;
	}
	get(server) {
		return this.#pools.get(server)?.pool;
	}
	all() {
		return [...this.#pools.values()].map(({ pool }) => pool);
	}
	async reconcile(tables, features) {
		const overrides = poolOverrides(this.#env);
		const next = new Map();
		for (const [server, table] of tables.pools) {
			const source = overrides.get(server) ?? table.sources[tables.placement];
			const { keepAlive } = tables.raw.timeouts;
			const secrets = source.kind === 'spawn' ? source.child.env.map(([, value]) => ('secret' in value ? digest(readSecret(this.#env, value.secret)) : null)) : [];
			const key = JSON.stringify([source, table.choice, table.health, table.timeouts, keepAlive, secrets]);
			const known = this.#pools.get(server);
			next.set(server, known?.key === key ? known : { key, pool: await this.#create(server, table, source, keepAlive, features) });
		}
		for (const [server, { pool }] of this.#pools)
			if (next.get(server)?.pool !== pool) void pool.close();
		this.#pools = next;
	}
	async close() {
		await Promise.all(this.all().map((pool) => pool.close()));
	}
	async #create(server, table, source, keepAlive, features) {
		const pool = new Pool(server, table, this.#log);
		const http = (endpoint, weight = 1, region = null) => {
			const url = new URL(endpoint);
			return { upstream: httpUpstream({ url, connect: table.timeouts.connect, firstByte: table.timeouts.firstByte }), probe: probeOf(table.health, url), weight, region };
		};
		switch (source.kind) {
			case 'urls': {
				const byId = new Map(source.instances.map((instance) => [instance.id, instance]));
				pool.update([...byId.keys()], (id) => {
					const { url, weight, region } = byId.get(id);
					return http(url, weight, region);
				});
				break;
			}
			case 'dns': {
				const dns = await features.dns?.();
				const { port, path } = source;
				const update = (addresses) => pool.update(addresses.map((address) => authority(address, port)), (id) => http(`http://${id}${path}`));
				if (dns) pool.onClose = await dns.watchName(source.name, update);
				break;
			}
			case 'spawn': {
				const upstream = await createChildren(source.child, this.#env, features, keepAlive, this.#log);
				if (upstream) pool.update(['local'], () => ({ upstream, probe: null, weight: 1, region: null }));
				break;
			}
			case 'none':
				this.#log('warn', 'pool-without-instances', { server, reason: source.reason });
		}
		return pool;
	}
}
const digest = (secret) => createHash('sha256').update(secret).digest('base64');
const authority = (address, port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
/** A stdio server's children as an upstream, with its secrets read. */
export async function createChildren(child, env, features, keepAlive, log) {
	const values = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(env, value.secret)]);
	const stdio = await features.stdio?.();
	return stdio?.createStdioUpstream({ child, env: Object.fromEntries(values), keepAlive, log });
}
