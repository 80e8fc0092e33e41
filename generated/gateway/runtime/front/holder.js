// mcpgen: Whose share of what all callers use an exchange takes from.
import {callerKey} from '../decision/address.js';
import {tenantIn} from '../decision/facts.js';
import {clientOf} from './exchange.js';
export function holderOf(exchange) {
	return (exchange.holder ??= find(exchange));
}
function find(exchange) {
	const { facts, head, state: { tables } } = exchange;
	const tenant = tenantIn(facts) ?? '';
	return {
		tenant, hasNeighbours: tables.tenants.size > 1, caller: clientOf(exchange) ?? callerKey(head.address),
		hasPeers: !lonelyIn(tables).has(tenant),
	};
}
const lonely = new WeakMap();
function lonelyIn(tables) {
	let known = lonely.get(tables);
	if (!known) {
		const { clients, hosts, paths, implied } = tables.raw.matches;
		const shared = new Set([...hosts.map(([, tenant]) => tenant), ...paths, implied]);
		const of = clients.map(([, tenant]) => tenant);
		known = new Set(of.filter((tenant) => !shared.has(tenant) && of.indexOf(tenant) === of.lastIndexOf(tenant)));
		lonely.set(tables, known);
	}
	return known;
}
