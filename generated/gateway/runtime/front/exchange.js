// mcpgen: One request on its way through: what has been found out about it so far.
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
export function leavingCancels({ head, facts }) {
	return head.request.method === 'GET' || eraIn(facts) === 'modern';
}
export function endCall(exchange) {
	exchange.atServer--;
	releaseCall(exchange);
}
export function releaseCall(exchange) {
	if (!exchange.isOver || exchange.atServer > 0) return;
	exchange.releaseCall();
	if (!exchange.keepsBody) exchange.booking?.keep(0);
}
const SHORT = 4096;
export function forgetBody(exchange) {
	const { body, booking, facts } = exchange;
	if (!booking) return;
	exchange.body = null;
	booking.keep(!exchange.isOver && body && body.length > SHORT ? lengthOf(messageIn(facts)) : 0);
}
function lengthOf(message) {
	if (!message) return 0;
	const { id, methods, name, calls } = message;
	const texts = [id, name, ...methods, ...calls.map(({ tool }) => tool)];
	const length = texts.reduce((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0);
	return length > SHORT ? length : 0;
}
export function isListening({ head, facts }) {
	return head.request.method === 'GET' || messageIn(facts)?.method === 'subscriptions/listen';
}
export function principalOf({ facts: { principal } }) {
	return principalName(principal);
}
export function principalName(principal) {
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
export function clientOf(exchange) {
	return exchange.facts.principal?.kind === 'client' ? principalOf(exchange) : null;
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
