// mcpgen: Reads server-sent events one by one (HTML, §9.2.5 and §9.2.6), and keeps their bytes as they were on the wire.
import {pipeline, Readable, Transform} from 'node:stream';
import {append} from './append.js';
import {UpstreamFault} from './fault.js';
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
		const event = {raw, text: isFirst ? text.replace(/^\ufeff/, '') : text };
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
		end: () => (used > 0 ? [take(Buffer.alloc(0))] : []), get waiting() {
			return used;
		},
	};
}
export const linesOf = (text) => text.split(/(\r\n|\r|\n)/);
export const valueOf = (line, name) => line === name ? '' : line.startsWith(`${name}:`) ? line.slice(name.length + (line[name.length + 1] === ' ' ? 2 : 1)) : null;
export function readEvent(text) {
	const lines = linesOf(text);
	const values = (name) => lines.flatMap((line) => valueOf(line, name) ?? []);
	const type = values('event').pop() ?? '';
	return {isMessage: type === '' || type === 'message', type, data: values('data').join('\n'), id: values('id').pop() };
}
export function changeEvents(body, change, longest = LONGEST) {
	const reader = eventReader(longest);
	const pass = (read, done) => {
		try {
			for (const event of read())
				if (!events.isOver) events.push(change(event));
		} catch (error) {
			return done(new UpstreamFault('answered', error));
		}
		if (events.isOver) events.push(null);
		done();
	};
	const through = new Transform({
		transform: (chunk, _encoding, done) => pass(() => reader.push(chunk), done),
		flush: (done) => pass(() => reader.end(), done),
	});
	const finish = () => {
		events.isOver = true;
		events.push(null);
	};
	const events = Object.assign(through, {isOver: false, finish});
	const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
	pipeline(source, events, () => {});
	return events.on('error', () => { }).once('end', () => setTimeout(() => source.destroy(), GRACE).unref());
}
