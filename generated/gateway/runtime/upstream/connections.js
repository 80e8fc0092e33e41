// mcpgen: do not edit.
/** The connections to one instance: opened when none is idle, kept for a while, never handed on with anything left in them. */
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectSecure } from 'node:tls';
const IDLE = 4000;
const MOST_IDLE = 256;
const SWEEP = 1000;
const READ = Buffer.allocUnsafeSlow(65_536);
/** A URL's host and port, for `connect`. */
export function placeOf({ hostname, port, protocol }) {
	return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}
export class Connection {
	socket;
	expires = 0;
	isOpen = false;
	#target;
	#user = null;
	#timer;
	constructor({ url, connect, firstByte }, to) {
		this.#target = to;
		this.#timer = setTimeout(() => this.#fail(), connect);
		const isSecure = url.protocol === 'https:';
		const callback = (length) => this.#user?.read(READ.subarray(0, length)) ?? this.drop();
		const options = { ...to, onread: { buffer: READ, callback } };
		const socket = isSecure ? connectSecure(options) : connectPlain(options);
		this.socket = socket;
		socket.on('session', (session) => (to.session = session));
		socket.once(isSecure ? 'secureConnect' : 'connect', () => {
			this.isOpen = true;
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.#user?.failed('timeout'), firstByte).unref();
			socket.setNoDelay(true);
			this.#user?.opened();
		});
		socket.once('end', () => (this.#user ? this.#user.ended() : this.drop()));
		socket.on('error', (error) => this.#fail(error));
		socket.once('close', () => this.#fail());
	}
	get isUsable() {
		return this.socket.writable && !this.socket.readableEnded && performance.now() < this.expires;
	}
	use(user) {
		this.#user = user;
		if (this.isOpen) user.opened();
	}
	wait() {
		this.#timer.refresh();
	}
	leave() {
		this.#user = null;
	}
	drop() {
		this.#user = null;
		clearTimeout(this.#timer);
		this.socket.destroy();
		return false;
	}
	#fail(error) {
		const user = this.#user;
		this.drop();
		if (!this.isOpen) this.#target.session = undefined;
		user?.failed(this.isOpen ? 'sent' : error?.code === 'ECONNREFUSED' ? 'refused' : 'connect', error);
	}
}
export class Connections {
	#endpoint;
	#target;
	#open = new Set();
	#idle = [];
	#sweep = null;
	#closed = false;
	constructor(endpoint) {
		this.#endpoint = endpoint;
		const place = placeOf(endpoint.url);
		this.#target = { ...place, servername: isIP(place.host) ? '' : place.host, ALPNProtocols: ['http/1.1'], session: undefined };
	}
	take() {
		if (this.#closed) return null;
		for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
			if (last.isUsable) return last;
			last.drop();
		}
		const connection = new Connection(this.#endpoint, this.#target);
		this.#open.add(connection);
		connection.socket.once('close', () => this.#open.delete(connection));
		return connection;
	}
	put(connection, seconds) {
		connection.leave();
		const keep = Math.min(IDLE, (seconds - 1) * 1000);
		if (keep <= 0 || this.#closed || this.#idle.length >= MOST_IDLE) return void connection.drop();
		connection.expires = performance.now() + keep;
		this.#idle.push(connection);
		this.#sweep ??= setTimeout(() => this.#dropOld(), SWEEP).unref();
	}
	async close() {
		this.#closed = true;
		if (this.#sweep) clearTimeout(this.#sweep);
		await Promise.all([...this.#open].map(({ socket }) => {
			const closed = new Promise((resolve) => socket.once('close', resolve));
			socket.destroy();
			return closed;
		}));
	}
	#dropOld() {
		this.#idle = this.#idle.filter((connection) => connection.isUsable || connection.drop());
		this.#sweep = null;
		if (this.#idle.length > 0) this.#sweep = setTimeout(() => this.#dropOld(), SWEEP).unref();
	}
}
