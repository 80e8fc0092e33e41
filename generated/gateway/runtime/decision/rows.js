// mcpgen: The decision as a table of pure rows, tried in order (DESIGN §4).
import {eraIn} from './facts.js';
import {sessionIdOf} from './head.js';
import {isServed} from './host.js';
import {itemGrounds} from './items.js';
import {scopesLacking} from './issuer-scopes.js';
import {originAllowed} from './origin.js';
import {revisionFault} from './revision.js';
import {isLookedUp} from './tenant.js';
const no = (reason, at, more = {}) => ({reason, at, ...more});
const serverPath = ({route}, key) => (route?.server ? `servers.${route.server}.${key}` : 'gateway');
const JSON_TYPE = /^\s*application\/json\s*(?:$|;(?!.*charset)|;\s*charset="?utf-?8"?\s*(?:$|;(?!.*charset)))/i;
export function isOriginAccepted(tables, {kind, route, origin}) {
	if (kind.origins === 'any') return origin !== null;
	const set = tables.originSets.get(route?.origins ?? '');
	return set !== undefined && origin !== null && originAllowed(set, origin);
}
export const ROWS = [
	{
		id: 'normal-form', nginx: 'decides',
		check: (_tables, head) => (head.fault ? no(head.fault, 'gateway') : head.health ? { answer: head.health } : null),
	},
	{
		id: 'host', nginx: 'decides',
		check: (tables, head) => (isServed(tables, head.host, head.request) ? null : no('unknown-host', 'gateway.url')),
	},
	{
		id: 'route', nginx: 'decides', check: (_tables, head) => (head.route ? null : no('unknown-route', 'servers')),
	},
	{
		id: 'preflight', nginx: 'decides', check: (tables, head) => {
			const {method, headers} = head.request;
			if (method !== 'OPTIONS' || head.origin === null || !headers['access-control-request-method']) return null;
			return isOriginAccepted(tables, head) ? {answer: 'preflight' } : no('preflight-refused', serverPath(head, 'origins'));
		},
	},
	{
		id: 'origin', nginx: 'decides', check: (tables, head) => {
			if (head.origin === null) return tables.raw.requireOrigin ? no('origin-required', 'gateway.requireOrigin') : null;
			return isOriginAccepted(tables, head) ? null : no('origin-not-allowed', serverPath(head, 'origins'));
		},
	},
	{
		id: 'method', nginx: 'decides',
		check: (_tables, head) => (head.route?.methods.includes(head.request.method) ? null : no('method-not-allowed', serverPath(head, 'route'))),
	},
	{
		id: 'head', nginx: 'partly', check: ({raw}, {request}) => {
			if (Number(request.headers['content-length'] ?? 0) > raw.limits.body) return no('body-too-large', 'gateway.limits.body');
			if (request.method !== 'POST') return null;
			const isPlain = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase() === 'identity';
			return isPlain && JSON_TYPE.test(request.headers['content-type'] ?? '') ? null : no('content-type-unsupported', 'gateway');
		},
	},
	{
		id: 'address', nginx: 'partly', check: ({allow}, head, {address}) => {
			if (allow.all?.(head.address) === false) return no('address-not-allowed', 'gateway.allow');
			if (allow.servers.get(head.route?.server ?? '')?.(head.address) === false) return no('address-not-allowed', serverPath(head, 'allow'));
			if (!address) return {need: 'address' };
			return address.kind === 'ok' ? null : no('address-rate', 'gateway.limits.perAddress', { retryAfter: address.retryAfter });
		},
	},
	{
		id: 'credentials', nginx: 'cannot', check: (tables, _asked, {principal}) => {
			if (!principal) return {need: 'principal' };
			if (principal.kind === 'missing') return no('credentials-missing', 'auth.clients');
			if (principal.kind === 'unavailable') {
				const {from, retryAfter} = principal;
				return from === 'lookup' ? no('lookup-unavailable', 'auth.lookup', { retryAfter }) : no('issuer-unavailable', 'auth.jwt', { retryAfter });
			}
			if (principal.kind === 'invalid' || principal.kind === 'unknown') return no('credentials-invalid', 'auth.clients');
			const scopes = principal.kind === 'token' ? scopesLacking(tables, principal) : null;
			return scopes && no('scope-insufficient', 'auth.jwt', { scopes });
		},
	},
	{
		id: 'tenant', nginx: 'cannot', check: (tables, _asked, {principal, lookup, tenants}) => {
			if (!lookup && isLookedUp(tables, principal)) return {need: 'lookup' };
			if (lookup?.kind === 'unavailable') return no('lookup-unavailable', 'auth.lookup', { retryAfter: lookup.retryAfter });
			if (!tenants) return {need: 'tenants' };
			return tenants.length === 1 ? null : no(tenants.length === 0 ? 'tenant-unknown' : 'tenant-ambiguous', 'tenants');
		},
	},
	{
		id: 'grant', nginx: 'cannot', check: (tables, head, facts) => {
			const name = facts.tenants?.[0] ?? '';
			const tenant = tables.tenants.get(name);
			const server = head.route?.server ?? '';
			const granted = server === '' || (tables.serverSets.get(tenant?.servers ?? '')?.has(server) ?? false);
			if (!tenant || !granted) return no('server-not-granted', `tenants.${name}.servers`);
			if (tables.allow.tenants.get(name)?.(head.address) === false) return no('address-not-allowed', `tenants.${name}.allow`);
			if (tenant.origins === null || head.origin === null) return null;
			const set = tables.originSets.get(tenant.origins);
			return set && originAllowed(set, head.origin) ? null : no('origin-not-granted', `tenants.${name}.origins`);
		},
	},
	{
		id: 'quota', nginx: 'cannot', check: (_tables, _asked, {quota, tenants}) => {
			if (!quota) return {need: 'quota' };
			if (quota.kind === 'rate') return no('tenant-rate', `tenants.${tenants?.[0] ?? ''}.rate`, { retryAfter: quota.retryAfter });
			if (quota.kind === 'client-rate') return no('client-rate', 'gateway.limits.perClient.rate', { retryAfter: quota.retryAfter });
			if (quota.kind === 'client-streams') return no('streams-full', 'gateway.limits.perClient.streams', { retryAfter: 1 });
			return quota.kind === 'streams' ? no('streams-full', 'gateway.limits.streams', { retryAfter: 1 }) : null;
		},
	},
	{
		id: 'body', nginx: 'cannot', check: (_tables, head, {body}) => {
			if (head.kind.ownAnswer) return {answer: head.kind.ownAnswer};
			if (head.request.method !== 'POST') return null;
			if (!body) return {need: 'body' };
			return body.kind === 'refused' ? no(body.reason, 'gateway.limits', body.reason === 'instance-full' ? { retryAfter: 1 } : {}) : null;
		},
	},
	{
		id: 'revision', nginx: 'cannot', check: (tables, head, {body}) => {
			const fault = revisionFault(tables, head, body?.kind === 'message' ? body : undefined);
			return fault ? no(fault.reason, 'gateway.revisions', fault.data ? { data: fault.data } : {}) : null;
		},
	},
	{
		id: 'permission', nginx: 'cannot', check: itemGrounds,
	},
	{
		id: 'session', nginx: 'cannot', check: (_tables, head, facts) => {
			if (eraIn(facts) === 'modern') return null;
			if (head.kind.session.isRequired && sessionIdOf(head) === undefined) return no('session-unknown', 'gateway.sessionKeys');
			const {session} = facts;
			if (!session) return {need: 'session' };
			if (session.kind === 'unknown') return no('session-unknown', 'gateway.sessionKeys');
			return session.kind === 'full' ? no('sessions-full', 'gateway.limits.sessions', { retryAfter: session.retryAfter }) : null;
		},
	},
	{
		id: 'instance', nginx: 'cannot', check: (_tables, head, {instance}) => {
			if (!instance) return {need: 'instance' };
			return instance.kind === 'ok' ? null : no('no-instance', serverPath(head, 'strategy'), { retryAfter: instance.retryAfter });
		},
	},
];
