// mcpgen: do not edit.
/** Server-sent events as they are on the wire (HTML, §9.2.5 and §9.2.6): read one by one, and their bytes kept. */
import { pipeline, Readable, Transform } from 'node:stream';
import { append } from './exchange.js';
import { UpstreamFault } from './upstream/upstream.js';
const LONGEST = 4 * 2 ** 20;
const GRACE = 1000;
const LF = 10;
const CR = 13;
export function eventReader(limit) {
	let store = Buffer.alloc(0);
	let used = 0;
	let isFirst = true;
	let isLineEmpty = true;
	let wasCr = false;
	const hold = (bytes) => {
		if (used + bytes.length > limit) throw new RangeError('event too long');
		store = append(store, used, bytes);
		used += bytes.length;
	};
	const take = (last) => {
		if (used > 0 || last.length > limit) hold(last);
		const raw = used > 0 ? store.subarray(0, used) : last;
		const text = raw.toString();
		const event = { raw, text: isFirst ? text.replace(/^\ufeff/, '') : text };
		store = Buffer.alloc(0);
		used = 0;
		isFirst = false;
		return event;
	};
	return {
		push: (chunk) => {
			const events = [];
			let from = 0;
			for (let i = 0; i < chunk.length; i++) {
				const byte = chunk[i];
				const isSecondHalf = byte === LF && wasCr;
				wasCr = byte === CR;
				if (byte !== LF && byte !== CR) isLineEmpty = false;
				else if (isSecondHalf ? i === 0 && used === 0 : isLineEmpty) {
					if (wasCr && chunk[i + 1] === LF) {
						wasCr = false;
						i++;
					}
					events.push(take(chunk.subarray(from, i + 1)));
					from = i + 1;
				} else isLineEmpty = true;
			}
			hold(chunk.subarray(from));
			return events;
		},
		end: () => (used > 0 ? [take(Buffer.alloc(0))] : []),
		get waiting() {
			return used;
		},
	};
}
const linesOf = (text) => text.split(/(\r\n|\r|\n)/);
const valueOf = (line, name) => line === name ? '' : line.startsWith(`${name}:`) ? line.slice(name.length + (line[name.length + 1] === ' ' ? 2 : 1)) : null;
export function readEvent(text) {
	const lines = linesOf(text);
	const values = (name) => lines.flatMap((line) => valueOf(line, name) ?? []);
	const type = values('event').pop() ?? '';
	return { isMessage: type === '' || type === 'message', type, data: values('data').join('\n'), id: values('id').pop() };
}
/** The same event with other data: where the first line of the old was, and all else as it is. */
export function withData(text, data) {
	const parts = linesOf(text);
	const at = parts.findIndex((line) => valueOf(line, 'data') !== null);
	const end = parts[at + 1] || '\n';
	const isData = (i) => i % 2 === 0 && valueOf(parts[i] ?? '', 'data') !== null;
	const lines = data.split('\n').map((line) => `data: ${line}${end}`);
	return parts.map((part, i) => (i === at ? lines.join('') : isData(i) || isData(i - 1) ? '' : part)).join('');
}
/** A stream of what is made of each event. What is no event yet when the stream ends counts as one. */
export class ChangedEvents extends Transform {
	#reader = eventReader(LONGEST);
	#change;
	isOver = false;
	constructor(change) {
		super();
		this.#change = change;
	}
	finish() {
		this.isOver = true;
		this.push(null);
	}
	_transform(chunk, _encoding, done) {
		this.#pass(() => this.#reader.push(chunk), done);
	}
	_flush(done) {
		this.#pass(() => this.#reader.end(), done);
	}
	#pass(read, done) {
		try {
			for (const event of this.isOver ? [] : read()) {
				this.push(this.#change(event));
				if (this.isOver) break;
			}
		} catch (error) {
			return done(new UpstreamFault('answered', error));
		}
		if (this.isOver) this.push(null);
		done();
	}
}
/** Whichever of both breaks off takes the other with it. */
export function changeEvents(body, change) {
	const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
	const events = new ChangedEvents(change);
	pipeline(source, events, () => { });
	return events.on('error', () => { }).once('end', () => setTimeout(() => source.destroy(), GRACE).unref());
}
