// mcpgen
import {frame, STREAM_HEADERS} from '../wire/event-stream.js';
import {UpstreamFault} from '../wire/fault.js';
export function respondOn(stream, missing, isBatch) {
	const texts = [];
	let respond;
	const response = new Promise((resolve, reject) => {
		respond = resolve;
		if (stream.shown) resolve(streamResponse(stream));
		stream.on('close', () => reject(new UpstreamFault('sent')));
	});
	const onReply = (text, status) => {
		missing -= 1;
		if (text !== null) texts.push(text);
		if (text !== null && stream.shown) stream.event(frame(text));
		if (missing > 0) return;
		if (stream.shown) return void stream.end();
		respond(jsonResponse(texts.length > 0 ? status : 202, isBatch ? `[${texts.join()}]` : texts.join()));
		stream.destroy();
	};
	return { response, onReply };
}
export function takesStream({ headers }) {
	return `${headers['accept']}`.includes('text/event-stream');
}
export function streamResponse(body) {
	return { status: 200, headers: STREAM_HEADERS, body };
}
export function jsonResponse(status, text = '', headers = {}) {
	const body = Buffer.from(text);
	const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
	return { status, headers: described, body };
}
