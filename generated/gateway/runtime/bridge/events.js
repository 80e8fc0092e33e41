// mcpgen: do not edit.
import { changeEvents, readEvent } from '../events.js';
import { isEventStream } from '../headers.js';
import { asObject, isReply, parseJson } from '../json-rpc.js';
import { readBody } from '../upstream/read-body.js';
import { parseReply } from './answers.js';
const SAYS_SOMETHING = /^[^:\r\n]/m;
function messagesIn(text) {
	const { isMessage, data } = readEvent(text);
	const values = isMessage ? [parseJson(data)].flat() : [];
	return values.map(asObject).filter(({ jsonrpc }) => jsonrpc === '2.0');
}
/** The stream ends with the first answer that passes, which is the last thing that belongs on it. */
export function rewriteEvents(body, rewrite) {
	const events = changeEvents(body, ({ raw, text }) => {
		const messages = messagesIn(text);
		const passed = messages.map(rewrite).filter((message) => message !== null);
		if (passed.some(isReply)) events.isOver = true;
		if (!SAYS_SOMETHING.test(text) || (messages.length === 1 && passed[0] === messages[0])) return raw;
		return `${passed.map((message) => `event: message\ndata: ${JSON.stringify(message)}`).join('\n\n') || ':'}\n\n`;
	});
	return events;
}
/** The answer alone, of JSON or a stream; null where there is none. */
export async function readReply(response, within) {
	if (!isEventStream(response)) return parseReply(await readBody(response.body, within));
	let reply = null;
	await readBody(rewriteEvents(response.body, (message) => (isReply(message) ? (reply = message) : null)), within);
	return reply;
}
