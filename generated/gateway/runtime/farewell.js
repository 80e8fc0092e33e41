// mcpgen: do not edit.
import { messageText } from './json-rpc.js';
import { SUBSCRIPTION } from './meta-keys.js';
/**
 * The last event of a listening stream: `subscriptions/listen` ends with its empty result (MCP 2026-07-28, Subscriptions § Cancellation). Streams of earlier
 * revisions just end, and are resumed.
 */
export function lastEvent(id) {
	const result = { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } };
	return `event: message\ndata: ${messageText({ id, result })}\n\n`;
}
/** Ends `outgoing` with `last` as soon as what `body` has brought ends with a whole event: in the middle of one it would be part of it. */
export function endBetweenEvents(body, outgoing, last) {
	let tail = '\n\n';
	let isEnding = false;
	const endIfBetween = () => {
		if (!isEnding || !/(?:\n|\r|\r\n)(?:\n|\r|\r\n)$/.test(tail)) return;
		body.off('data', look).unpipe(outgoing).destroy();
		outgoing.end(last);
	};
	const look = (chunk) => {
		tail = (tail + chunk.subarray(-4).toString('latin1')).slice(-4);
		setImmediate(endIfBetween);
	};
	body.on('data', look);
	return () => {
		isEnding = true;
		endIfBetween();
	};
}
