// mcpgen: Clients on node:http.
import {IncomingMessage, ServerResponse, STATUS_CODES} from 'node:http';
import {Socket} from 'node:net';
import {append} from '../wire/append.js';
import {linesOf} from '../wire/header-list.js';
import {atTurnsEnd} from '../wire/turn.js';
const EMPTY = Buffer.alloc(0);
const IGNORE = () => {};
const ALWAYS = () => true;
const ONE_PIECE = 16_384;
class NodeRequest extends IncomingMessage {
	#settle = null;
	#limit = 0;
	#admits = ALWAYS;
	#store = EMPTY;
	#size = 0;
	#fault = null;
	gather(limit, admits, settle) {
		if (this.#settle !== null) throw new Error('a body is read once');
		this.#limit = limit;
		this.#admits = admits;
		this.#settle = settle;
		if (this.#fault !== null || this.destroyed) return this.#end(this.#fault ?? 'body-aborted');
		if (this.readableLength > 0) {
			for (let kept = this.read(); kept !== null; kept = this.read()) this.push(kept);
			this._read(0);
		}
		if (this.complete) this.push(null);
	}
	passOver() {
		if (this.#settle !== null || this.complete) return;
		this.#settle = IGNORE;
		if (this.readableLength > 0) this.read();
		this._read(0);
	}
	fail(fault) {
		if (this.#fault !== null) return false;
		this.#fault = fault;
		this.#end(fault);
		return true;
	}
	#end(outcome) {
		const settle = this.#settle;
		if (settle === null) return;
		this.#settle = IGNORE;
		this.#store = EMPTY;
		this.#admits = ALWAYS;
		settle(outcome);
	}
	push(chunk) {
		if (this.#settle === null) return super.push(chunk);
		if (chunk === null) {
			this.#end(this.#store.subarray(0, this.#size));
			return false;
		}
		if (this.#settle === IGNORE) return true;
		this.#size += chunk.length;
		if (this.#size > this.#limit) this.#end('body-too-large');
		else if (!this.#admits(chunk.length)) this.#end('instance-full');
		else this.#store = this.#size === chunk.length ? chunk : append(this.#store, this.#size - chunk.length, chunk);
		return true;
	}
	_destroy(error, done) {
		this.#end('body-aborted');
		super._destroy(error, done);
	}
	_dump() {
		if (this.#settle === null || !this.complete) DUMP.call(this);
	}
}
const NODE_HEADERS = Object.getOwnPropertyDescriptor(IncomingMessage.prototype, 'headers');
Object.defineProperty(NodeRequest.prototype, 'headers', {
	get() {
		return saidBy(this).request.headers;
	},
});
const DUMP = IncomingMessage.prototype._dump;
const SAID = Symbol('said');
const UNDER_WAY = Symbol('under way');
const MOST_UNDER_WAY = 32;
function saidBy(incoming) {
	const socket = incoming.socket;
	const last = socket[SAID];
	const raw = incoming.rawHeaders;
	if (last?.raw === raw) return last;
	if (!last || !isSame(last, incoming)) return (socket[SAID] = readSaid(incoming));
	last.raw = raw;
	if (last.lengthAt !== -1) last.headers['content-length'] = raw[last.lengthAt];
	return last;
}
function isSame({method, url, raw, lengthAt}, incoming) {
	const other = incoming.rawHeaders;
	if (raw.length !== other.length || method !== incoming.method || url !== incoming.url) return false;
	for (let i = 0; i < raw.length; i++)
		if (raw[i] !== other[i] && i !== lengthAt) return false;
	return true;
}
function readSaid(incoming) {
	const {method, url, rawHeaders: raw, socket} = incoming;
	let hosts = 0;
	let lengthAt = -1;
	const authorizations = new Set();
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i];
		if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
		if (name.length === 14 && name.toLowerCase() === 'content-length') lengthAt = i + 1;
		if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations.add(raw[i + 1]);
	}
	const headers = NODE_HEADERS.get.call(incoming);
	const peer = socket.remoteAddress ?? '';
	const isOtherVersion = incoming.httpVersionMajor !== 1;
	const request = {method: method ?? '', target: url ?? '/', headers, hosts, authorizations: authorizations.size, isOtherVersion, peer };
	return {method, url, raw, headers, lengthAt, request, memory: {judgement: null}};
}
export const NODE_CLASSES = {IncomingMessage: NodeRequest};
const HAS_INTERNALS = ['_header', '_headerSent', 'finished'].every((name) => name in new ServerResponse(new NodeRequest(new Socket())));
export class NodeClient {
	request;
	memory;
	length;
	isOneTooMany;
	#incoming;
	#outgoing;
	#awaitsContinue;
	#leaving = [];
	#before;
	#isWritten = false;
	closedAt = null;
	bytesRead = 0;
	constructor(outgoing, awaitsContinue = false, before = null) {
		const incoming = outgoing.req;
		const {request, memory, lengthAt} = saidBy(incoming);
		this.request = request;
		this.memory = memory;
		this.length = lengthAt === -1 ? null : Number(incoming.rawHeaders[lengthAt]);
		this.#incoming = incoming;
		this.#outgoing = outgoing;
		this.#awaitsContinue = awaitsContinue;
		this.#before = before?.closedAt === null ? before : null;
		this.isOneTooMany = this.#count(1) > MOST_UNDER_WAY;
		outgoing.on('error', IGNORE);
		outgoing.on('close', () => this.#close());
	}
	#count(by) {
		const socket = this.#incoming.socket;
		return (socket[UNDER_WAY] = (socket[UNDER_WAY] ?? 0) + by);
	}
	#close() {
		if (this.closedAt !== null) return;
		this.closedAt = performance.now();
		this.#count(-1);
		this.bytesRead = this.#incoming.socket.bytesRead;
		this.#before = null;
		for (let work = this.#leaving.shift(); work; work = this.#leaving.shift()) work();
	}
	connectionClosed() {
		this.#before?.connectionClosed();
		if (this.#outgoing.socket !== null) return;
		this.#outgoing.destroy();
		this.#close();
	}
	get hasBegun() {
		return this.#outgoing.headersSent;
	}
	get status() {
		return this.#outgoing.statusCode;
	}
	get isDone() {
		return this.#outgoing.destroyed || this.#outgoing.writableEnded;
	}
	get hasLeft() {
		return this.#outgoing.destroyed;
	}
	get isComplete() {
		return this.#isWritten;
	}
	body(limit, admits = ALWAYS) {
		if (this.#awaitsContinue) this.#tellToContinue();
		this.#awaitsContinue = false;
		return new Promise((resolve) => this.#incoming.gather(limit, admits, resolve));
	}
	#tellToContinue() {
		const outgoing = this.#outgoing;
		const tell = () => void (outgoing.headersSent || outgoing.writeContinue());
		if (outgoing.socket) tell();
		else outgoing.once('socket', tell);
	}
	breakBody(fault) {
		this.closeAfterwards();
		return this.#incoming.fail(fault);
	}
	closeAfterwards() {
		this.#outgoing.setHeader('connection', 'close');
	}
	passOverBody() {
		if (!this.#awaitsContinue) this.#incoming.passOver();
	}
	answer(status, headers, body) {
		const outgoing = this.#outgoing;
		if (this.isDone) return;
		this.passOverBody();
		if (body.length <= ONE_PIECE && this.#answerAtOnce(status, headers, body)) return;
		const isCounted = status !== 204 && status !== 304;
		const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
		this.#writeHead(status, isCounted ? [...headers, 'content-length', String(length)] : headers);
		outgoing.end(body);
	}
	#answerAtOnce(status, headers, body) {
		const outgoing = this.#outgoing;
		const {socket} = outgoing;
		if (this.#awaitsContinue || !HAS_INTERNALS) return false;
		if (!socket?.writable || socket.writableLength > 0 || !outgoing.shouldKeepAlive || outgoing.hasHeader('connection')) return false;
		if (status === 204 || status === 304 || this.request.method === 'HEAD') return false;
		const bytes = typeof body === 'string' ? Buffer.from(body).toString('latin1') : body.toString('latin1');
		const lines = linesOf(headers);
		if (lines === null) return false;
		const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
		const head = `${line}${lines}content-length: ${bytes.length}\r\ndate: ${httpDate()}\r\nconnection: keep-alive\r\n\r\n`;
		outgoing.statusCode = status;
		const internals = outgoing;
		internals._header = head;
		internals._headerSent = true;
		atTurnsEnd(() => {
			internals.finished = true;
			socket.write(head + bytes, 'latin1', (error) => {
				if (error) return;
				this.#isWritten = true;
				outgoing.emit('finish');
			});
		});
		return true;
	}
	#writeHead(status, headers) {
		const {socket, complete} = this.#incoming;
		if (complete) this.#outgoing._expect_continue = false;
		this.#outgoing.once('finish', () => (this.#isWritten = !socket.destroyed)).writeHead(status, headers);
	}
	begin(status, headers) {
		if (!this.isDone) this.#writeHead(status, headers);
	}
	flush() {
		this.#outgoing.flushHeaders();
	}
	write(piece) {
		this.#outgoing.write(piece);
	}
	end(last) {
		if (last === undefined) this.#outgoing.end();
		else this.#outgoing.end(last);
	}
	pipe(body) {
		const outgoing = this.#outgoing;
		body.pipe(outgoing);
		return () => void body.unpipe(outgoing);
	}
	cut() {
		this.#outgoing.destroy();
	}
	onLeave(work) {
		if (this.closedAt !== null) work();
		else this.#leaving.push(work);
		return () => {
			this.#leaving = this.#leaving.filter((other) => other !== work);
		};
	}
}
let second = 0;
let date = '';
function httpDate() {
	const now = Math.floor(Date.now() / 1000);
	if (now !== second) date = new Date(now * 1000).toUTCString();
	second = now;
	return date;
}
