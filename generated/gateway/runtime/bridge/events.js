// mcpgen: do not edit.
/** Event streams whose messages change on the way (HTML Living Standard §9.2.5). What is dropped leaves a comment, so that no hop takes the stream for dead. */
import { pipeline, Readable, Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { isEventStream } from '../headers.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { asObject, isReply, parseReply, readBody } from './answers.js';
const LINE_END = /\r\n|\n|\r/;
const BLANK = /(?:\r\n|\n|\r(?!\n)){2,}/;
const MOST = 4 * 2 ** 20;
const GRACE = 1000;
/** The stream ends with the first answer that passes, which is the last thing that belongs on it. */
export class Events extends Transform {
	#rewrite;
	#decoder = new StringDecoder('utf8');
	#parts = [];
	#size = 0;
	#tail = '';
	isOver = false;
	constructor(rewrite) {
		super();
		this.#rewrite = rewrite;
	}
	finish() {
		this.isOver = true;
		this.push(null);
	}
	_transform(bytes, _encoding, done) {
		const text = this.#decoder.write(bytes);
		this.#parts.push(text);
		this.#size += text.length;
		this.#tail += text;
		if (BLANK.test(this.#tail)) {
			const blocks = this.#parts.join('').split(BLANK);
			this.#tail = blocks.pop() ?? '';
			this.#parts = [this.#tail];
			this.#size = this.#tail.length;
			try {
				for (const block of blocks)
					if (block && !this.isOver) this.#pass(block);
			} catch (error) {
				return done(new UpstreamFault('answered', error));
			}
		}
		this.#tail = this.#tail.slice(-3);
		done(this.#size > MOST ? new UpstreamFault('answered') : null);
	}
	#pass(block) {
		const lines = block.replace(/^\ufeff/, '').split(LINE_END);
		const messages = messagesIn(lines);
		const passed = messages.map(this.#rewrite).filter((message) => message !== null);
		const isSame = lines.every((line) => /^(?::|$)/.test(line)) || (messages.length === 1 && passed[0] === messages[0]);
		const texts = isSame ? [block] : passed.map((message) => `event: message\ndata: ${JSON.stringify(message)}`);
		this.push(`${texts.join('\n\n') || ':'}\n\n`);
		if (passed.some(isReply)) this.finish();
	}
}
function messagesIn(lines) {
	const [data, types] = ['data:', 'event:'].map((field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length)));
	if (!types?.every((type) => /^ ?(?:message)?$/.test(type))) return [];
	try {
		return [JSON.parse(data?.join('\n') ?? '')].flat().map(asObject).filter(({ jsonrpc }) => jsonrpc === '2.0');
	} catch {
		return [];
	}
}
export function rewriteEvents(body, rewrite) {
	const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
	const events = new Events(rewrite);
	pipeline(source, events, () => { });
	events.once('end', () => setTimeout(() => source.destroy(), GRACE).unref());
	return events;
}
/** The answer alone, of JSON or a stream; null where there is none. */
export async function readReply(response, within) {
	if (!isEventStream(response)) return parseReply(await readBody(response.body, within));
	let reply = null;
	await readBody(rewriteEvents(response.body, (message) => (isReply(message) ? (reply = message) : null)), within);
	return reply;
}
