// mcpgen: One request on its way through: what has been found out about it so far.
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
export function leavingCancels({ head, facts }) {
	return head.request.method === 'GET' || eraIn(facts) === 'modern';
}
export function isListening({ head, facts }) {
	return head.request.method === 'GET' || messageIn(facts)?.method === 'subscriptions/listen';
}
export function principalOf({ facts: { principal } }) {
	switch (principal?.kind) {
		case 'client':
			return `client:${principal.client}`;
		case undefined:
		case 'anonymous':
		case 'missing':
		case 'invalid':
			return 'anonymous';
	}
}
export function ownerOf(exchange) {
	return `${tenantIn(exchange.facts) ?? ''}\n${principalOf(exchange)}`;
}
export function keyOf(exchange, { choice }) {
	return choice.by === 'tenant' ? (tenantIn(exchange.facts) ?? '') : ownerOf(exchange);
}
export function answerWith(exchange, { status, headers, body }) {
	exchange.client.answer(status, [...headers, ...idHeaders(exchange)], body);
}
export function idHeaders({ id, correlationId }) {
	return correlationId === id ? ['x-request-id', id] : ['x-request-id', id, 'x-correlation-id', correlationId];
}
