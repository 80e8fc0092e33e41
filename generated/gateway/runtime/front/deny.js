// mcpgen: Answers a request that names what its caller may not use, or what nothing has: in band, where a server would say that it does not know the name.
import {eraIn, messageIn} from '../decision/facts.js';
import {NEVER} from '../upstream/roundtrip.js';
import {frame, STREAM_HEADERS} from '../wire/event-stream.js';
import {readBody} from '../wire/read-body.js';
import {callTo} from './calls.js';
import {answerWith} from './exchange.js';
import {corsHeaders, JSON_HEADERS} from './respond.js';
export function deny(services, exchange) {
	const {head, facts, state} = exchange;
	const message = messageIn(facts);
	const cors = corsHeaders(state.tables, head);
	const replies = state.tables.items?.denials(message?.elements, eraIn(facts) === 'modern') ?? [];
	const text = message?.shape === 'batch' ? `[${replies.join(',')}]` : replies.join('');
	if (replies.length === 0) return answerWith(exchange, {status: 202, headers: cors, body: '' });
	if (head.kind.answeredBy === 'sse') return void denyOnStream(services, exchange, { replies, text }, cors);
	if (takesJson(head.request.headers['accept'])) return answerWith(exchange, { status: 200, headers: [...JSON_HEADERS, ...cors], body: text });
	answerWith(exchange, {status: 200, headers: [...Object.entries(STREAM_HEADERS).flat(), ...cors], body: `${frame(text)}` });
}
const takesJson = (accept = '') => !accept.includes('text/event-stream') || /application\/(?:json|\*)|\*\/\*/.test(accept);
async function denyOnStream(services, exchange, {replies, text}, cors) {
	const {head, client} = exchange;
	let status = 400;
	let headers = JSON_HEADERS;
	let body = text;
	try {
		const pool = services.pools.get(head.route?.server ?? '');
		const answered = pool && (await services.parts().sse?.say(callTo(pool, exchange, services, NEVER), replies));
		if (answered) {
			const {response} = answered;
			status = response.status;
			headers = ['content-type', String(response.headers['content-type'] ?? 'text/plain')];
			body = `${await readBody(response.body, exchange.state.tables.raw.timeouts.response)}`;
		}
	} catch {
	}
	if (!client.isDone) answerWith(exchange, {status, headers: [...headers, ...cors], body});
}
