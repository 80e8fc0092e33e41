// mcpgen: Rules on what a caller may use of a server, by the server's own names.
import {denials} from './denial.js';
import {elementsReader, forgetArguments, LISTS, usesItems} from './item-use.js';
import {isAmbiguous, readKeys} from './ambiguous.js';
import {conditionOf} from './conditions.js';
import {globOf} from './glob.js';
import {isOddUri, oddGlobOf} from './odd-uri.js';
export function createItemRules(raw) {
	const sets = new Map(raw.ruleSets.map(([label, rules]) => [label, rules.map(ruleOf)]));
	const tenants = new Map(raw.tenants.map(([name, {tools}]) => [name, tools]));
	for (const [name, label] of tenants)
		if (label !== null && !sets.has(label)) throw new Error(`the tables have no rules ${label} of tenant ${name}`);
	const permissions = new Map(raw.pools.map(([server, table]) => [server, table.permissions]));
	const known = new Map();
	const make = (tenant, server) => {
		const label = tenants.get(tenant) ?? null;
		const rules = label === null ? null : (sets.get(label) ?? []).filter(({table}) => table.server === null || table.server === server);
		const {call = null, list = null} = permissions.get(server) ?? {};
		return rules === null && call === null && list === null ? null : serverRules({rules, call, list, tenant, server});
	};
	return {
		read: elementsReader([...sets.values()].some((rules) => rules.some(({reads}) => reads !== null))),
		of: (tenant, server) => {
			const key = `${tenant} ${server}`;
			let found = known.get(key);
			if (found === undefined) known.set(key, (found = make(tenant, server)));
			return found;
		},
		textOf: (tenant, server) => {
			const label = tenants.get(tenant) ?? null;
			return JSON.stringify([raw.ruleSets.find(([name]) => name === label)?.[1] ?? null, permissions.get(server) ?? null]);
		},
		readsAnswer: (asked, httpMethod) => asked ? asked.shape === 'batch' || LISTS.has(asked.method) || asked.method.startsWith('resources/') : httpMethod === 'GET',
		denials, forget: forgetArguments,
	};
}
function ruleOf(table, index) {
	const conditions = table.args.map(([argument, condition]) => conditionOf(argument, condition));
	const reads = conditions.length === 0 ? null : readKeys(conditions.map(({path}) => path));
	return {table, index, matches: globOf(table.name), matchesOdd: oddGlobOf(table), conditions, reads};
}
function serverRules({rules, call, list, tenant, server}) {
	const ofServer = call === null ? [] : [call];
	const callPath = `servers.${server}.permissions.call`;
	const rulePath = (index) => `tenants.${tenant}.tools.${index}`;
	const meant = (kind, name) => {
		const isOdd = kind === 'resource' && isOddUri(name);
		return (rules ?? []).filter(({table, matches, matchesOdd}) => table.kinds.includes(kind) && (isOdd ? matchesOdd : matches)(name));
	};
	const judge = (item, caller) => {
		const {kind, name, args, argsText, recorded} = item;
		const read = [];
		const decidedBy = (at, grounds) => {
			item.found = {conditions: read, at: grounds?.at ?? at};
			return grounds;
		};
		const none = `tenants.${tenant}.tools`;
		if (rules === null) return decidedBy(callPath, lacking(ofServer, [], caller, callPath, callPath));
		if (name === null) return decidedBy(none, {reason: 'item-denied', at: none });
		for (const {table, index, conditions, reads} of meant(kind, name)) {
			const at = rulePath(index);
			if (reads && argsText !== null && isAmbiguous(argsText, reads)) return decidedBy(at, {reason: 'body-duplicate-key', at });
			const isMet = conditions.every(({holds, path, text}) => {
				const held = recorded ? recorded(text) : holds(args);
				read.push({at: `${at}.args.${path.join('.')}`, text, held });
				return held === 'yes' || (held === 'unsure' && table.effect === 'deny');
			});
			if (!isMet) continue;
			return decidedBy(at, table.effect === 'deny' ? { reason: 'item-denied', at } : lacking(ofServer, table.needs, caller, callPath, at));
		}
		return decidedBy(none, {reason: 'item-denied', at: none });
	};
	const lists = (kind, name, caller) => {
		const hides = (needed) => !caller.canStepUp && !hasAll(caller, needed);
		if (hides(list === null ? [] : [list]) || hides(ofServer)) return false;
		if (rules === null) return true;
		for (const {table, conditions} of meant(kind, name)) {
			if (conditions.length > 0 && (table.effect === 'deny' || hides(table.needs))) continue;
			return table.effect === 'allow' && !hides(table.needs);
		}
		return false;
	};
	const listing = (caller) => {
		const path = `servers.${server}.permissions.list`;
		return list === null || !caller.canStepUp ? null : lacking([list], [], caller, path, path);
	};
	const judgeAll = (elements, methods, caller) => {
		if (!elements) return methods.some((method) => usesItems(method)) ? {reason: 'item-denied', at: 'gateway' } : null;
		let found = methods.some((method) => LISTS.has(method)) ? listing(caller) : null;
		for (const item of elements.flatMap(({items}) => items)) {
			const grounds = judge(item, caller);
			if (grounds?.reason === 'item-denied') return grounds;
			found ??= grounds;
		}
		return found;
	};
	return {judge, judgeAll, lists, listing, hasRules: rules !== null};
}
const hasAll = ({permissions}, needed) => needed.every((one) => permissions.includes(one));
function lacking(ofServer, ofRule, caller, serverPath, rulePath) {
	if (hasAll(caller, ofServer) && hasAll(caller, ofRule)) return null;
	const at = hasAll(caller, ofServer) ? rulePath : serverPath;
	return caller.canStepUp ? {reason: 'scope-insufficient', at, scopes: [...new Set([...ofServer, ...ofRule])] } : { reason: 'item-denied', at };
}
