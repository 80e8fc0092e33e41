// mcpgen: Answers of HTTP/1.1 servers, read strictly (RFC 9112).
import {CodedError} from '../wire/cause.js';
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
const LETTER_H = 0x48;
const TLS = new Set([0x15, 0x16]);
class MalformedAnswer extends CodedError {
	constructor(what) {
		super('MALFORMED_ANSWER', what);
	}
}
const NO_STATUS = 'it does not begin with a status line of HTTP/1.1';
export function responseParser(method) {
	let step = 'head';
	let missing = 0;
	let room = HEAD_LIMIT;
	let held = NOTHING;
	let from = 0;
	let to = 0;
	const take = (bytes, at) => {
		if (step === 'done') return -1;
		if (step === 'size') return readSize(bytes, at);
		if (step === 'head' || step === 'trailers') return readBlock(bytes, at);
		const end = Math.min(at + missing, bytes.length);
		if (end === at) return -1;
		if (to === 0) from = to = at;
		else bytes.copyWithin(to, at, end);
		to += end - at;
		missing -= end - at;
		if (missing === 0) step = step === 'chunk' ? 'size' : 'done';
		return end;
	};
	const readBlock = (bytes, at) => {
		if (step === 'head' && at < bytes.length && bytes[at] !== LETTER_H) {
			throw new MalformedAnswer(TLS.has(bytes[at]) ? 'it answers in TLS: its URL has to begin with https://' : NO_STATUS);
		}
		const end = bytes.indexOf(END, at);
		const length = (end === -1 ? bytes.length : end + 4) - at;
		if (length > room) throw new MalformedAnswer('its head, or its trailers, are larger than 64 kB');
		if (end === -1) return -1;
		room -= length;
		const lines = bytes.toString('latin1', at, end + 2);
		if (step === 'head') step = readHead(lines);
		else {
			readHeaders(lines, 2);
			step = 'done';
		}
		return step === 'size' ? end + 2 : end + 4;
	};
	const readHead = (block) => {
		STATUS_LINE.lastIndex = 0;
		const line = STATUS_LINE.exec(block);
		if (!line) throw new MalformedAnswer(NO_STATUS);
		const status = Number(line[2]);
		const headers = readHeaders(block, STATUS_LINE.lastIndex);
		if (status === 101) throw new MalformedAnswer('it switches protocols (101) unasked');
		return status < 200 ? 'head' : frame(status, line[1] === '1', headers);
	};
	const frame = (status, isCurrent, headers) => {
		const coding = headers['transfer-encoding'];
		const length = headers['content-length'];
		const isOdd = coding !== undefined && (length !== undefined || !isCurrent || String(coding).toLowerCase() !== 'chunked');
		if (isOdd) throw new MalformedAnswer('its Transfer-Encoding is another than chunked, beside a Content-Length, or in HTTP/1.0');
		if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length))) throw new MalformedAnswer('its Content-Length is no single number');
		missing = length === undefined ? Infinity : Number(length);
		const isEmpty = method === 'HEAD' || status === 204 || status === 304 || missing === 0;
		const body = isEmpty ? 'done' : coding !== undefined ? 'size' : length !== undefined ? 'counted' : 'rest';
		const persists = isCurrent && body !== 'rest' && !CLOSE.test(String(headers['connection'] ?? ''));
		parser.head = {status, headers, keeps: persists ? Number(TIMEOUT.exec(String(headers['keep-alive'] ?? ''))?.[1] ?? Infinity) : 0 };
		return body;
	};
	const readSize = (bytes, at) => {
		const end = bytes.indexOf(10, at + 2);
		if ((end === -1 ? bytes.length : end) - at > SIZE_LIMIT) throw new MalformedAnswer('the size of a chunk, with its extensions, is longer than 256 bytes');
		if (end === -1) return -1;
		const size = SIZE_LINE.exec(bytes.toString('latin1', at, end + 1))?.[1];
		if (size === undefined) throw new MalformedAnswer('the size of a chunk is no hexadecimal number');
		missing = parseInt(size, 16);
		step = missing === 0 ? 'trailers' : 'chunk';
		return missing === 0 ? end - 1 : end + 1;
	};
	const parser = {
		head: null, done: false, hasSurplus: false, push(bytes) {
			const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
			let at = 0;
			from = to = 0;
			for (let next = 0; next !== -1; next = take(all, at)) at = next;
			held = at === all.length ? NOTHING : Buffer.from(all.subarray(at));
			parser.done = step === 'done';
			parser.hasSurplus = parser.done && held.length > 0;
			return from === to ? NOTHING : Buffer.from(all.subarray(from, to));
		},
		end: () => (parser.done ||= step === 'rest'),
	};
	return parser;
}
export function readHeaders(block, at) {
	const headers = {};
	while (at < block.length) {
		FIELD.lastIndex = at;
		const [text = '', written = '', value = ''] = FIELD.exec(block) ?? [];
		if (text === '') throw new MalformedAnswer('a line of its head, or of its trailers, is no header line');
		at += text.length;
		const name = written.toLowerCase();
		const found = headers[name];
		if (found === undefined || !Object.hasOwn(headers, name)) headers[name] = value;
		else if (typeof found === 'string') headers[name] = [found, value];
		else found.push(value);
	}
	return headers;
}
