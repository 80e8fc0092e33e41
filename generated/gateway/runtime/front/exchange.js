// mcpgen: One request on its way through: what has been found out about it so far.
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
import {callerName, ownerName, principalName} from '../identity/principal.js';
export function leavingCancels({head, facts}) {
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
	const {body, booking, facts} = exchange;
	if (!booking) return;
	exchange.body = null;
	booking.keep(!exchange.isOver && body && body.length > SHORT ? lengthOf(messageIn(facts)) : 0);
}
function lengthOf(message) {
	if (!message) return 0;
	const {id, methods, name, calls} = message;
	const texts = [id, name, ...methods, ...calls.map(({tool}) => tool)];
	const length = texts.reduce((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0);
	return length > SHORT ? length : 0;
}
export function isListening({head, facts}) {
	return head.request.method === 'GET' || messageIn(facts)?.method === 'subscriptions/listen';
}
export const principalOf = ({facts}) => principalName(facts.principal);
export const isNamed = ({facts: {principal}}) => principal?.kind === 'client' || principal?.kind === 'token';
export const callerNameOf = ({facts}) => callerName(facts.principal);
export function clientOf({facts: {principal}}) {
	return principal?.kind === 'client' || principal?.kind === 'token' ? principal.client : null;
}
export const ownerOf = (exchange) => ownerName(tenantIn(exchange.facts) ?? '', principalOf(exchange));
export function keyOf(exchange, {choice}) {
	return choice.by === 'tenant' ? (tenantIn(exchange.facts) ?? '') : ownerOf(exchange);
}
export function answerWith(exchange, {status, headers, body}) {
	exchange.client.answer(status, [...headers, ...exchange.state.tables.headers, ...idHeaders(exchange)], body);
}
export function idHeaders({id, correlationId}) {
	return correlationId === id ? ['x-request-id', id] : ['x-request-id', id, 'x-correlation-id', correlationId];
}
