// mcpgen: do not edit.
/** The pools of this placement. They outlive a reload: what a new config changes about a pool is changed in it, so that nothing that runs is cut. */
import { authority } from '../decision/address.js';
import { digest } from '../digest.js';
import { poolOverrides, readSecret } from '../env.js';
import { CLOCK } from './clock.js';
import { httpUpstream } from './http.js';
import { Pool } from './pool.js';
import { probeOf } from './probe.js';
export class Pools {
	#env;
	#context;
	#pools = new Map();
	#retired = [];
	constructor(env, log, clock = CLOCK) {
		this.#env = env;
		this.#context = { log, clock, region: env['MCP_GATEWAY_REGION'] || env['FLY_REGION'] || null };
	}
	get(server) {
		return this.#pools.get(server)?.pool;
	}
	all() {
		return [...this.#pools.values()].map(({ pool }) => pool);
	}
	async reconcile(tables, features) {
		const overrides = poolOverrides(this.#env);
		const wanted = [...tables.pools].map(([server, table]) => {
			const source = overrides.get(server) ?? table.sources[tables.placement];
			const secrets = source.kind === 'spawn' ? source.child.env.map(([, value]) => ('secret' in value ? digest(readSecret(this.#env, value.secret)) : null)) : [];
			return [server, { table, source, keepAlive: tables.raw.timeouts.keepAlive, secrets }];
		});
		const isBlind = this.#context.region === null && wanted.some(([, { table }]) => table.choice.preferRegion);
		if (isBlind) this.#context.log('warn', 'region-unknown', { why: 'prefer: region does nothing without MCP_GATEWAY_REGION' });
		const modules = await load(features);
		const names = await Promise.all(wanted.map(([server, { source }]) => this.#watch(server, source, modules)));
		const next = new Map(wanted.map(([server, one], i) => [server, this.#settle(server, one, names[i] ?? null, modules)]));
		for (const [server, { pool, names }] of this.#pools) {
			if (next.has(server)) continue;
			names?.stop();
			pool.retire();
			this.#retired.push(pool);
		}
		this.#retired = this.#retired.filter(({ isIdle }) => !isIdle);
		this.#pools = next;
	}
	async close() {
		for (const { names } of this.#pools.values()) names?.stop();
		await Promise.all([...this.all(), ...this.#retired].map((pool) => pool.close()));
	}
	async #watch(server, source, { dns }) {
		if (source.kind !== 'dns' || !dns) return null;
		const known = this.#pools.get(server)?.names;
		if (known?.name === source.name) return known;
		const names = { name: source.name, addresses: [], onChange: () => { } };
		const stop = await dns.watchName(source.name, (addresses) => {
			names.addresses = addresses;
			names.onChange();
		});
		return Object.assign(names, { stop });
	}
	#settle(server, wanted, names, modules) {
		const { source, table } = wanted;
		const { strategies, breakers } = modules;
		const settings = { choice: table.choice, health: table.health, strategies, breakers };
		const known = this.#pools.get(server);
		if (known && known.names !== names) known.names?.stop();
		const pool = known?.pool ?? new Pool(server, settings, this.#context);
		pool.configure(settings);
		const find = () => this.#find(wanted, names?.addresses ?? [], modules);
		pool.update(find(), known !== undefined || source.kind === 'dns');
		if (names) names.onChange = () => pool.update(find());
		if (source.kind === 'none') this.#context.log('warn', 'pool-without-instances', { server, reason: source.reason });
		return { pool, names };
	}
	#find({ source, table, keepAlive, secrets }, addresses, modules) {
		const { health, timeouts } = table;
		const { connect, firstByte } = timeouts;
		const http = ({ id, url: text, weight, region }) => ({
			id,
			key: JSON.stringify([text, weight, region, health, connect, firstByte]),
			make: () => {
				const url = new URL(text);
				return { upstream: httpUpstream({ url, connect, firstByte }), probe: probeOf(health, url, modules), weight, region };
			},
		});
		switch (source.kind) {
			case 'urls':
				return source.instances.map(http);
			case 'dns':
				return addresses.map((address) => authority(address, source.port)).map((id) => http({ id, url: `http://${id}${source.path}`, weight: 1, region: null }));
			case 'spawn': {
				const { child } = source;
				const { stdio } = modules;
				if (!stdio) return [];
				const upstream = () => stdio.startInTime(child, this.#env, keepAlive, this.#context.log, firstByte);
				return [{ id: 'local', key: JSON.stringify([child, keepAlive, firstByte, secrets]), make: () => ({ upstream: upstream(), probe: null, weight: 1, region: null }) }];
			}
			case 'none':
				return [];
		}
	}
}
async function load({ strategies, breakers, httpProbes, mcpProbes, dns, stdio }) {
	return {
		strategies: (await strategies?.()) ?? null,
		breakers: (await breakers?.()) ?? null,
		httpProbes: (await httpProbes?.()) ?? null,
		mcpProbes: (await mcpProbes?.()) ?? null,
		dns: (await dns?.()) ?? null,
		stdio: (await stdio?.()) ?? null,
	};
}
