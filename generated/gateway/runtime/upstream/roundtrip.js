// mcpgen: One request to an instance and its answer.
import {Readable} from 'node:stream';
import {UpstreamFault} from '../wire/fault.js';
import {atTurnsEnd} from '../wire/turn.js';
import {responseParser} from './response-parser.js';
const SMALL_BODY = 16_384;
const HIGH_WATER = 65_536;
export const NEVER = new AbortController().signal;
export function roundtrip(connections, head, request) {
	const connection = connections.take();
	if (!connection) return Promise.reject(new UpstreamFault('connect'));
	return new Promise((settle) => begin(connections, connection, head, request, settle));
}
function begin(connections, first, head, request, settle) {
	const {method, signal} = request;
	let connection = first;
	const parser = responseParser(method);
	let mayBeStale = first.isOpen;
	let stream = null;
	let isPaused = false;
	const leave = () => {
		connection?.drop();
		connection = null;
		if (signal !== NEVER) signal.removeEventListener('abort', abandon);
	};
	const failed = (stage, cause) => {
		if (stage === 'timeout' && parser.head) return;
		const isStale = stage === 'sent' && mayBeStale && !signal.aborted;
		const fault = new UpstreamFault(parser.head ? 'answered' : isStale ? 'stale' : stage, cause);
		leave();
		if (stream) stream.destroy(fault);
		else settle(Promise.reject(fault));
	};
	const abandon = () => failed(connection?.isOpen ? 'sent' : 'connect', signal.reason);
	const write = () => {
		if (!connection) return;
		const {socket} = connection;
		const {body} = request;
		if (!body || body.length <= SMALL_BODY) {
			socket.write(body ? head + body.toString('latin1') : head, 'latin1');
			if (body) request.handedOn?.();
		} else {
			socket.cork();
			socket.write(head, 'latin1');
			socket.write(body, (error) => {
				connection?.wait();
				if (!error) request.handedOn?.();
			});
			socket.uncork();
		}
		connection.wait();
	};
	const makeStream = () => new Readable({
		highWaterMark: HIGH_WATER, read: () => {
			if (isPaused) connection?.socket.resume();
			isPaused = false;
		},
		destroy: (error, done) => {
			leave();
			done(error);
		},
	});
	const finish = (keeps) => {
		if (connection?.socket.writableLength === 0 && !parser.hasSurplus) {
			connections.put(connection, keeps);
			connection = null;
		}
		leave();
	};
	if (signal !== NEVER) signal.addEventListener('abort', abandon);
	first.use({
		opened: () => (first.isSecure ? write() : atTurnsEnd(write)), read(bytes) {
			mayBeStale = false;
			let content;
			try {
				content = parser.push(bytes);
			} catch (error) {
				failed('sent', error);
				return false;
			}
			const {head: answered, done} = parser;
			if (!answered) return true;
			if (done) finish(answered.keeps);
			if (!stream) {
				if (!done) stream = makeStream();
				settle({status: answered.status, headers: answered.headers, body: stream ?? content});
				if (done) return true;
			}
			isPaused = content.length > 0 && !stream?.push(content) && !done;
			if (done) stream?.push(null);
			return !isPaused;
		},
		ended() {
			if (!parser.end()) return failed('sent');
			leave();
			stream?.push(null);
		},
		failed,
	});
}
