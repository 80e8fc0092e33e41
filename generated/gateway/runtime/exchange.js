// mcpgen: do not edit.
import { eraOf } from './decision/revision.js';
/** What answers say of their request. The name that a caller gave it goes back to the caller. */
export function idHeaders({ id, correlationId }) {
	return correlationId === id ? { 'x-request-id': id } : { 'x-request-id': id, 'x-correlation-id': correlationId };
}
/** A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens. */
export function leavingCancels(exchange) {
	return exchange.head.request.method === 'GET' || eraOf(exchange.head, messageOf(exchange)) === 'modern';
}
/** A request for a stream that lasts until somebody ends it. */
export function isListening(exchange) {
	return exchange.head.request.method === 'GET' || messageOf(exchange)?.method === 'subscriptions/listen';
}
export function messageOf({ facts }) {
	return facts.body?.kind === 'message' ? facts.body.message : undefined;
}
export function tenantOf({ facts }) {
	return facts.tenants?.length === 1 ? (facts.tenants[0] ?? null) : null;
}
/** Whom a session belongs to. Callers without credentials share one name: their sessions are protected by nothing but the id. */
export function principalOf({ facts }) {
	return facts.principal?.kind === 'client' ? `client:${facts.principal.client}` : 'anonymous';
}
/** Whose it is, as one text. Neither part can hold a line break. */
export function ownerOf(exchange) {
	return `${tenantOf(exchange) ?? ''}\n${principalOf(exchange)}`;
}
/** What a strategy keeps together. */
export function keyOf(exchange, { choice }) {
	return choice.by === 'tenant' ? (tenantOf(exchange) ?? '') : ownerOf(exchange);
}
const broken = new WeakMap();
/** Says that the rest of a body will not come, before or while it is read. @returns false when it was said before */
export function breakBody(incoming, fault) {
	if (broken.has(incoming)) return false;
	broken.set(incoming, fault);
	incoming.emit('broken', fault);
	return true;
}
/** Writes `chunk` behind the `used` bytes of `store`, in a larger one when it is full. */
export function append(store, used, chunk) {
	const isFull = used + chunk.length > store.length;
	const target = isFull ? Buffer.allocUnsafeSlow(2 * (used + chunk.length)) : store;
	if (isFull) store.copy(target, 0, 0, used);
	chunk.copy(target, used);
	return target;
}
/** Reads a body up to `limit` bytes. */
export function readBody(incoming, limit) {
	return new Promise((resolve) => {
		let store = Buffer.alloc(0);
		let size = 0;
		incoming.on('data', (chunk) => {
			size += chunk.length;
			if (size > limit) resolve('body-too-large');
			else if (size === chunk.length) store = chunk;
			else store = append(store, size - chunk.length, chunk);
		});
		incoming.on('end', () => resolve(store.subarray(0, size)));
		const fault = broken.get(incoming);
		if (fault !== undefined) resolve(fault);
		incoming.on('broken', resolve);
		incoming.on('error', () => resolve('body-aborted'));
		incoming.on('close', () => resolve('body-aborted'));
	});
}
