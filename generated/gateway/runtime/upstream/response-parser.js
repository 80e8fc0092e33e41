// mcpgen: do not edit.
/**
 * Answers of HTTP/1.1 servers, read strictly (RFC 9112): what two readers could read in two ways is no answer. Else a server, or whoever
 * can make one echo bytes, decides what the next request on its connection is answered with.
 */
const HEAD_LIMIT = 65_536;
const SIZE_LIMIT = 256;
const END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const STATUS_LINE = /HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t -~\x80-\xff]*)?\r\n/y;
const FIELD = /([!#$%&'*+.^`|~\w-]+):[\t ]*((?:[!-~\x80-\xff]+(?:[\t ]+[!-~\x80-\xff]+)*)?)[\t ]*\r\n/y;
const SIZE_LINE = /^\r\n([\da-f]{1,12})(?:[\t ]*;[\t -~\x80-\xff]*)?\r\n$/i;
const LENGTH = /^\d{1,15}$/;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const TIMEOUT = /(?:^|[,\t ])timeout=(\d{1,9})/i;
/** Reads one answer, in pieces of any size. */
export class ResponseParser {
	head = null;
	#step = 'head';
	#missing = 0;
	#room = HEAD_LIMIT;
	#held = NOTHING;
	#toHead;
	constructor(method) {
		this.#toHead = method === 'HEAD';
	}
	get done() {
		return this.#step === 'done';
	}
	get hasSurplus() {
		return this.done && this.#held.length > 0;
	}
	push(bytes, body) {
		const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
		let at = 0;
		for (let next = 0; next !== -1; next = this.#take(all, at, body)) at = next;
		this.#held = at === all.length ? NOTHING : Buffer.from(all.subarray(at));
	}
	end() {
		if (this.#step === 'rest') this.#step = 'done';
		return this.done;
	}
	#take(bytes, at, body) {
		switch (this.#step) {
			case 'head':
			case 'trailers':
				return this.#block(bytes, at);
			case 'counted':
			case 'chunk':
			case 'rest': {
				const end = Math.min(at + this.#missing, bytes.length);
				if (end === at) return -1;
				body.push(bytes.subarray(at, end));
				this.#missing -= end - at;
				if (this.#missing === 0) this.#step = this.#step === 'chunk' ? 'size' : 'done';
				return end;
			}
			case 'size':
				return this.#size(bytes, at);
			case 'done':
				return -1;
		}
	}
	#block(bytes, at) {
		const end = bytes.indexOf(END, at);
		const length = (end === -1 ? bytes.length : end + 4) - at;
		if (length > this.#room) throw new Error('head too large');
		if (end === -1) return -1;
		this.#room -= length;
		const lines = bytes.toString('latin1', at, end + 2);
		this.#step = this.#step === 'head' ? this.#begin(lines) : afterTrailers(lines);
		return this.#step === 'size' ? end + 2 : end + 4;
	}
	#begin(lines) {
		STATUS_LINE.lastIndex = 0;
		const line = STATUS_LINE.exec(lines);
		if (!line) throw new Error('no status line');
		const status = Number(line[2]);
		const headers = fieldsOf(lines, STATUS_LINE.lastIndex);
		if (status === 101) throw new Error('protocol switched');
		return status < 200 ? 'head' : this.#frame(status, line[1] === '1', headers);
	}
	#frame(status, isCurrent, headers) {
		const coding = headers['transfer-encoding'];
		const length = headers['content-length'];
		if (coding !== undefined && (length !== undefined || !isCurrent || String(coding).toLowerCase() !== 'chunked')) throw new Error('transfer-encoding');
		if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length))) throw new Error('content-length');
		this.#missing = length === undefined ? Infinity : Number(length);
		const isEmpty = this.#toHead || status === 204 || status === 304 || this.#missing === 0;
		const step = isEmpty ? 'done' : coding !== undefined ? 'size' : length !== undefined ? 'counted' : 'rest';
		const persists = isCurrent && step !== 'rest' && !CLOSE.test(String(headers['connection'] ?? ''));
		this.head = { status, headers, keeps: persists ? Number(TIMEOUT.exec(String(headers['keep-alive'] ?? ''))?.[1] ?? Infinity) : 0 };
		return step;
	}
	#size(bytes, at) {
		const end = bytes.indexOf(10, at + 2);
		if ((end === -1 ? bytes.length : end) - at > SIZE_LIMIT) throw new Error('chunk size too long');
		if (end === -1) return -1;
		const size = SIZE_LINE.exec(bytes.toString('latin1', at, end + 1))?.[1];
		if (size === undefined) throw new Error('chunk size');
		this.#missing = parseInt(size, 16);
		this.#step = this.#missing === 0 ? 'trailers' : 'chunk';
		return this.#missing === 0 ? end - 1 : end + 1;
	}
}
function afterTrailers(lines) {
	fieldsOf(lines, 2);
	return 'done';
}
function fieldsOf(block, from) {
	const headers = {};
	for (let at = from; at < block.length; at = FIELD.lastIndex) {
		FIELD.lastIndex = at;
		const field = FIELD.exec(block);
		if (!field) throw new Error('header line');
		const name = field[1].toLowerCase();
		const value = field[2];
		const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
		if (Array.isArray(known)) known.push(value);
		else headers[name] = known === undefined ? value : [known, value];
	}
	return headers;
}
