// mcpgen: The connections to one instance.
import {connect as connectPlain, isIP} from 'node:net';
import {connect as connectSecure} from 'node:tls';
const IDLE = 4000;
const MOST_IDLE = 256;
const SWEEP = 1000;
const READ = Buffer.allocUnsafeSlow(131_072);
export function placeOf({hostname, port, protocol}) {
	return {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}
function open({url, connect, firstByte}, to, secure, isCurrent) {
	let user = null;
	const isSecure = url.protocol === 'https:';
	const drop = () => {
		user = null;
		clearTimeout(timer);
		socket.destroy();
		return false;
	};
	const fail = (error) => {
		const told = user;
		drop();
		if (!connection.isOpen) to.session = undefined;
		told?.failed(connection.isOpen ? 'sent' : error?.code === 'ECONNREFUSED' ? 'refused' : 'connect', error);
	};
	const callback = (length) => user?.read(READ.subarray(0, length)) ?? drop();
	const safe = isSecure ? {rejectUnauthorized: true, ...(secure && {secureContext: secure.context})} : {};
	const options = {...to, ...safe, onread: {buffer: READ, callback}};
	const socket = isSecure ? connectSecure(options) : connectPlain(options);
	let timer = setTimeout(fail, connect);
	const use = (next) => {
		user = next;
		if (connection.isOpen) user?.opened();
	};
	const connection = {socket, isSecure, secure, isOpen: false, expires: 0, use, wait: () => void timer.refresh(), drop};
	socket.on('session', (session) => void (isCurrent(secure) && (to.session = session)));
	socket.once(isSecure ? 'secureConnect' : 'connect', () => {
		connection.isOpen = true;
		clearTimeout(timer);
		timer = setTimeout(() => user?.failed('timeout'), firstByte).unref();
		socket.setNoDelay(true);
		user?.opened();
	});
	socket.once('end', () => (user ? user.ended() : drop()));
	socket.on('error', fail).once('close', () => fail());
	return connection;
}
const isUsable = ({socket, expires}) => socket.writable && !socket.readableEnded && performance.now() < expires;
export function openConnections(endpoint) {
	const place = placeOf(endpoint.url);
	const name = endpoint.serverName ?? place.host;
	const target = {...place, servername: isIP(name) ? '' : name, ALPNProtocols: ['http/1.1'], session: undefined };
	let secure = null;
	const useSecure = () => {
		const now = endpoint.shown?.now.secure ?? null;
		if (now !== secure) target.session = undefined;
		secure = now;
	};
	const all = new Set();
	let idle = [];
	let sweep;
	let isClosed = false;
	const dropOld = () => {
		idle = idle.filter((connection) => isUsable(connection) || connection.drop());
		sweep = idle.length > 0 ? setTimeout(dropOld, SWEEP).unref() : undefined;
	};
	return {
		take() {
			if (isClosed) return null;
			useSecure();
			for (let last = idle.pop(); last; last = idle.pop()) {
				if (isUsable(last) && last.secure === secure) return last;
				last.drop();
			}
			const connection = open(endpoint, target, secure, (used) => used === secure);
			all.add(connection);
			connection.socket.once('close', () => all.delete(connection));
			return connection;
		},
		put(connection, seconds) {
			connection.use(null);
			const keep = Math.min(IDLE, (seconds - 1) * 1000);
			if (keep <= 0 || isClosed || connection.secure !== secure || idle.length >= MOST_IDLE) return void connection.drop();
			connection.expires = performance.now() + keep;
			idle.push(connection);
			sweep ??= setTimeout(dropOld, SWEEP).unref();
		},
		async close() {
			isClosed = true;
			clearTimeout(sweep);
			await Promise.all([...all].map(({socket}) => new Promise((resolve) => socket.once('close', resolve).destroy())));
		},
	};
}
