// mcpgen
import {changeEvents, readEvent} from '../../wire/events.js';
import {asObject, isReply, parseJson} from '../../wire/json-rpc.js';
import {isEventStream} from '../../wire/media-type.js';
import {readBody} from '../../wire/read-body.js';
const BRIDGED = ['tools', 'prompts', 'resources', 'completions', 'logging'];
export function parseReply(body) {
	const value = asObject(parseJson(body));
	return isReply(value) ? value : null;
}
export function passed(status, { 'content-length': _length, 'mcp-session-id': _session, ...headers }, body) {
	const length = Buffer.isBuffer(body) ? { 'content-length': `${body.length}` } : {};
	return { instance: null, response: { status, headers: { ...headers, ...length }, body } };
}
export function ownAnswer(status, message, headers = {}) {
	const type = message === undefined ? {} : { 'content-type': 'application/json' };
	return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : JSON.stringify(message)));
}
export function bridgedCapabilities(capabilities) {
	return Object.fromEntries(BRIDGED.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
const SAYS_SOMETHING = /^[^:\r\n]/m;
function messagesIn(text) {
	const { isMessage, data } = readEvent(text);
	const values = isMessage ? [parseJson(data)].flat() : [];
	return values.map(asObject).filter(({ jsonrpc }) => jsonrpc === '2.0');
}
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
export async function readReply(response, within) {
	if (!isEventStream(response)) return parseReply(await readBody(response.body, within));
	let reply = null;
	await readBody(rewriteEvents(response.body, (message) => (isReply(message) ? (reply = message) : null)), within);
	return reply;
}
