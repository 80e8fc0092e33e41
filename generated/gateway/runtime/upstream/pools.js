// mcpgen: The pools of this placement.
import {authority} from '../decision/address.js';
import {childOverrides, poolOverrides, surroundingsOf} from '../process/env.js';
import {CLOCK} from '../process/clock.js';
import {httpUpstream} from './http.js';
import {createPool} from './pool.js';
import {probeOf} from './probe.js';
import {SHOWS_NOTHING} from './shown.js';
export function createPools(env, log, clock = CLOCK) {
	const region = env['MCP_GATEWAY_REGION'] || env['FLY_REGION'] || null;
	let pools = new Map();
	let retired = [];
	const all = () => [...pools.values()].map(({pool}) => pool);
	const watch = async (server, source, {watchNamed}) => {
		if (source.kind !== 'dns' || !watchNamed) return null;
		const known = pools.get(server)?.named;
		return known?.name === source.name ? known : watchNamed(source.name);
	};
	const settle = (server, {table, source, find, shown}, named, modules) => {
		const settings = {choice: table.choice, health: table.health, modules};
		const known = pools.get(server);
		if (known && known.named !== named) known.named?.stop();
		const pool = known?.pool ?? createPool(server, settings, {log, clock, region});
		pool.configure(settings);
		const found = () => find(named?.addresses ?? []);
		pool.update(found(), known !== undefined || source.kind === 'dns');
		if (named) {
			const look = () => {
				if (named.cause) log('warn', 'name-unresolved', { server, name: named.name, ...named.cause });
				pool.lack = named.addresses.length === 0 ? named.cause : null;
				pool.update(found());
			};
			named.onChange = look;
			if (named.cause) look();
		}
		if (source.kind === 'none') pool.lack = { code: 'NOT_PLACED', cause: source.reason, blame: 'config' };
		if (source.kind === 'none') log('warn', 'pool-without-instances', { server, reason: source.reason });
		return {pool, named, shown};
	};
	const finder = (server, table, source, keepAlive, modules, shown) => {
		const {health, timeouts, toServer} = table;
		const {connect, firstByte} = timeouts;
		const http = ({id, url: text, weight, region}, serverName) => ({
			id, key: JSON.stringify([text, weight, region, health, connect, firstByte]), make: () => {
				const asked = {url: new URL(text), shown, ...(serverName !== undefined && {serverName})};
				return {upstream: httpUpstream({...asked, connect, firstByte}), probe: probeOf(health, asked, modules), weight, region};
			},
		});
		const [scheme, certified] = toServer?.tls && source.kind === 'dns' ? ['https', source.name] : ['http', undefined];
		switch (source.kind) {
			case 'urls':
				return () => source.instances.map((one) => http(one));
			case 'dns':
				return (addresses) => addresses.map((address) => {
					const id = authority(address, source.port);
					return http({id, url: `${scheme}://${id}${source.path}`, weight: 1, region: null }, certified);
				});
			case 'spawn': {
				const child = modules.childInstance?.(server, source.child, {env, log, keepAlive, timeouts});
				return () => (child ? [child] : []);
			}
			case 'none':
				return () => [];
		}
	};
	return {
		get: (server) => pools.get(server)?.pool, all, async reconcile(tables, modules, shows = new Map()) {
			const overrides = poolOverrides(env);
			const children = childOverrides(env);
			const wanted = [...tables.pools].map(([server, table]) => {
				const configured = table.sources[surroundingsOf(tables.placement)];
				const source = overrides.get(server) ?? children.get(server)?.(configured) ?? configured;
				const shown = pools.get(server)?.shown ?? {now: SHOWS_NOTHING};
				return [server, {table, source, shown, find: finder(server, table, source, tables.raw.timeouts.keepAlive, modules, shown)}];
			});
			const why = modules.blindnessOf?.(wanted.map(([, {table}]) => table.choice), region);
			if (why) log('warn', 'region-unknown', { why });
			const named = await Promise.all(wanted.map(([server, {source}]) => watch(server, source, modules)));
			for (const [server, {shown}] of wanted) shown.now = changed(shown.now, shows.get(server) ?? SHOWS_NOTHING);
			const next = new Map(wanted.map(([server, one], i) => [server, settle(server, one, named[i] ?? null, modules)]));
			for (const [server, {pool, named}] of pools) {
				if (next.has(server)) continue;
				named?.stop();
				pool.retire();
				retired.push(pool);
			}
			retired = retired.filter(({isIdle}) => !isIdle);
			pools = next;
		},
		async close() {
			for (const {named} of pools.values()) named?.stop();
			await Promise.all([...all(), ...retired].map((pool) => pool.close()));
		},
	};
}
function changed(before, now) {
	return before.secure && before.secure.digest === now.secure?.digest ? {...now, secure: before.secure} : now;
}
