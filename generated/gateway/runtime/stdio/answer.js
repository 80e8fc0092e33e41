// mcpgen: do not edit.
import { UpstreamFault } from '../upstream/upstream.js';
import { frame } from '../event-stream.js';
/** The response to a POST of `missing` requests: the stream if it is shown, else one JSON text when all answers are there. */
export function respondOn(stream, missing, batch) {
	const texts = [];
	let respond;
	const response = new Promise((resolve, reject) => {
		respond = resolve;
		if (stream.shown) resolve(streamAnswer(stream));
		stream.on('close', () => reject(new UpstreamFault('sent')));
	});
	const answer = (text, status) => {
		missing -= 1;
		if (text !== null) texts.push(text);
		if (text !== null && stream.shown) stream.event(frame(text));
		if (missing > 0) return;
		if (stream.shown) return void stream.end();
		respond(jsonAnswer(texts.length > 0 ? status : 202, batch ? `[${texts.join()}]` : texts.join()));
		stream.destroy();
	};
	return { response, answer };
}
export function streamAnswer(body) {
	const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
	return { status: 200, headers, body };
}
export function jsonAnswer(status, text = '', headers = {}) {
	const body = Buffer.from(text);
	const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
	return { status, headers: described, body };
}
