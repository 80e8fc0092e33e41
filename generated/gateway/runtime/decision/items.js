// mcpgen: For row `permission`: whether a request may use the tools, prompts and resources that it names.
import {eraIn, messageIn, tenantIn} from './facts.js';
import {sessionIdOf} from './head.js';
const NO_PERMISSIONS = [];
export function callerIn({raw}, principal) {
	if (principal?.kind === 'token') return { permissions: principal.permissions, canStepUp: raw.auth.authorizationServers.length > 0 };
	return {permissions: principal?.kind === 'client' ? principal.permissions : NO_PERMISSIONS, canStepUp: false };
}
export function itemGrounds(tables, head, facts) {
	if (!tables.items) return null;
	const rules = tables.items.of(tenantIn(facts) ?? '', head.route?.server ?? '');
	const message = messageIn(facts);
	if (!rules || !message) return null;
	const grounds = rules.judgeAll(message.elements, message.methods, callerIn(tables, facts.principal));
	if (grounds?.reason !== 'item-denied' || eraIn(facts) === 'modern' || sessionIdOf(head) === undefined) return grounds;
	if (!facts.session) return {need: 'session' };
	return facts.session.kind === 'unknown' || facts.session.kind === 'full' ? null : grounds;
}
