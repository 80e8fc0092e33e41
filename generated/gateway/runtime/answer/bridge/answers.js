// mcpgen
import {changeEvents, readEvent} from '../../wire/events.js';
import {asObject, isReply, parseJson} from '../../wire/json-rpc.js';
import {elementTexts} from '../../wire/json-text.js';
import {isEventStream} from '../../wire/media-type.js';
import {readBody} from '../../wire/read-body.js';
const BRIDGED = ['tools', 'prompts', 'resources', 'completions', 'logging'];
export function parseReply(body) {
	const value = asObject(parseJson(body));
	return isReply(value) ? value : null;
}
export function passed(status, {'content-length': _length, 'mcp-session-id': _session, ...headers }, body) {
	const length = Buffer.isBuffer(body) ? {'content-length': `${body.length}` } : {};
	return {instance: null, response: {status, headers: {...headers, ...length}, body}};
}
export function ownAnswer(status, message, headers = {}) {
	const type = message === undefined ? {} : {'content-type': 'application/json' };
	return passed(status, {...headers, ...type}, Buffer.from(message === undefined ? '' : typeof message === 'string' ? message : JSON.stringify(message)));
}
export function bridgedCapabilities(capabilities) {
	return Object.fromEntries(BRIDGED.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
const SAYS_SOMETHING = /^[^:\r\n]/m;
function messagesIn(event) {
	const {isMessage, data} = readEvent(event);
	const value = isMessage ? parseJson(data) : undefined;
	const texts = Array.isArray(value) ? (elementTexts(data) ?? []) : [data];
	return [value].flat().map((one, i) => ({message: asObject(one), text: texts[i] ?? '' })).filter(({ message }) => message['jsonrpc'] === '2.0');
}
const eventOf = (text) => `event: message\ndata: ${text.replace(/[\r\n]/g, ' ')}`;
export function rewriteEvents(body, rewrite) {
	const events = changeEvents(body, ({raw, text}) => {
		const messages = messagesIn(text);
		const passed = [];
		let isKept = false;
		for (const {message, text: written} of messages) {
			const made = rewrite(message, written);
			if (made === null) continue;
			isKept = made === true;
			passed.push(made === true ? written : made);
			if (isReply(message)) events.isOver = true;
		}
		if (!SAYS_SOMETHING.test(text) || (isKept && messages.length === 1)) return raw;
		return `${passed.map(eventOf).join('\n\n') || ':'}\n\n`;
	});
	return events;
}
export async function readReplyText(response, within) {
	if (!isEventStream(response)) {
		const body = await readBody(response.body, within);
		return parseReply(body) && `${body}`;
	}
	let reply = null;
	await readBody(rewriteEvents(response.body, (message, text) => (isReply(message) ? (reply = text) : null)), within);
	return reply;
}
export async function readReply(response, within) {
	const text = await readReplyText(response, within);
	return text === null ? null : asObject(parseJson(text));
}
