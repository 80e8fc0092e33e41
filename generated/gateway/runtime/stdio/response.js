// mcpgen
import {frame, STREAM_HEADERS} from '../wire/event-stream.js';
import {UpstreamFault} from '../wire/fault.js';
import {lostText} from './lost.js';
export function respondOn(stream, {headers}, missing, isBatch) {
	const texts = [];
	let first = null;
	const failure = () => first;
	let respond;
	const response = new Promise((resolve, reject) => {
		respond = resolve;
		if (stream.shown) resolve(streamResponse(stream, failure));
		stream.on('close', () => reject(new UpstreamFault('sent')));
	});
	const onReply = (reply, lost) => {
		missing -= 1;
		first ??= lost ?? null;
		const text = lost ? lostText(headers, lost) : reply;
		if (text !== null) texts.push(text);
		if (text !== null && stream.shown) stream.event(frame(text));
		if (missing > 0) return;
		if (stream.shown) return void stream.end();
		const whole = jsonResponse(texts.length > 0 ? (lost?.status ?? 200) : 202, isBatch ? `[${texts.join()}]` : texts.join());
		respond(first ? {...whole, failure} : whole);
		stream.destroy();
	};
	return {response, onReply};
}
const NONE = () => null;
export function takesStream({headers}) {
	return `${headers['accept']}`.includes('text/event-stream');
}
export function streamResponse(body, failure = NONE) {
	return {status: 200, headers: STREAM_HEADERS, body, failure};
}
export function jsonResponse(status, text = '', headers = {}) {
	const body = Buffer.from(text);
	const described = {...headers, ...(text && {'content-type': 'application/json' }), 'content-length': `${body.length}` };
	return {status, headers: described, body};
}
