// mcpgen
import {SUBSCRIPTION} from '../wire/meta-keys.js';
import {idText, replyText} from '../wire/replies.js';
export function lastEvent(asked) {
	const id = idText(asked);
	return `event: message\ndata: ${replyText(id, 'result', `{"resultType":"complete","_meta":{"${SUBSCRIPTION}":${id}}}`)}\n\n`;
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
