// mcpgen: Whose share of what all callers use an exchange takes from.
import {callerKey} from '../decision/address.js';
import {tenantIn} from '../decision/facts.js';
import {isNamed, principalOf} from './exchange.js';
export function holderOf(exchange) {
	return (exchange.holder ??= find(exchange));
}
export function isToldApart({facts: {principal}, state: {tables}}) {
	return (principal !== undefined && principal.kind !== 'anonymous') || tables.raw.countsAddresses[tables.placement];
}
function find(exchange) {
	const {facts, head, state: {tables}} = exchange;
	const tenant = tenantIn(facts) ?? '';
	return {
		tenant, hasNeighbours: tables.tenants.size > 1,
		caller: isNamed(exchange) ? principalOf(exchange) : callerKey(head.address), hasPeers: !lonelyIn(tables).has(tenant),
	};
}
const lonely = new WeakMap();
function lonelyIn(tables) {
	let known = lonely.get(tables);
	if (!known) {
		const {clients, hosts, paths, claims, lookups, implied} = tables.raw.matches;
		const named = [...hosts, ...lookups].map(([, tenant]) => tenant);
		const shared = new Set([...named, ...claims.map(({tenant}) => tenant), ...paths, implied]);
		const of = clients.map(([, tenant]) => tenant);
		known = new Set(of.filter((tenant) => !shared.has(tenant) && of.indexOf(tenant) === of.lastIndexOf(tenant)));
		lonely.set(tables, known);
	}
	return known;
}
