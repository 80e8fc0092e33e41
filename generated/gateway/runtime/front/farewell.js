// mcpgen
import {messageText} from '../wire/json-rpc.js';
import {SUBSCRIPTION} from '../wire/meta-keys.js';
export function lastEvent(id) {
	const result = { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } };
	return `event: message\ndata: ${messageText({ id, result })}\n\n`;
}
export function endingsOf(body, unpipe, client) {
	let tail = '\n\n';
	let last = null;
	const endIfBetween = () => {
		if (last === null || !/(?:\n|\r|\r\n)(?:\n|\r|\r\n)$/.test(tail)) return;
		body.off('data', look);
		unpipe();
		body.destroy();
		client.end(last);
	};
	const look = (chunk) => {
		tail = (tail + chunk.subarray(-4).toString('latin1')).slice(-4);
		setImmediate(endIfBetween);
	};
	body.on('data', look);
	const inOrder = (text) => {
		last = text;
		endIfBetween();
	};
	return {
		inOrder, atOnce: (text) => {
			inOrder(text);
			if (client.isDone) return;
			client.cut();
			body.destroy();
		},
	};
}
