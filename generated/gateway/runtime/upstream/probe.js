// mcpgen: Whether an instance is well.
import {connect} from 'node:net';
import {causeOf} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {placeOf} from './connections.js';
export function probeOf(health, endpoint, {httpProbe, mcpProbe}) {
	if (health.kind === 'http' && httpProbe) return httpProbe(health, endpoint);
	if (health.kind === 'mcp' && mcpProbe) return mcpProbe(health.ask, endpoint);
	return asking((timeout) => lookByTcp(endpoint.url, timeout));
}
export function asking(look, close = () => Promise.resolve()) {
	let cause = null;
	return {
		async look(timeout) {
			const found = await look(timeout);
			cause = found === null ? null : typeof found === 'string' ? { code: 'NOT_WELL', cause: found, blame: 'server' } : causeOf(found);
			return found === null;
		},
		get cause() {
			return cause;
		},
		close,
	};
}
function lookByTcp(url, timeout) {
	return new Promise((resolve) => {
		const socket = connect(placeOf(url));
		const end = (found) => {
			clearTimeout(timer);
			resolve(found);
			socket.destroy();
		};
		const timer = setTimeout(() => end(new UpstreamFault('connect', 'no connection in time (health.timeout)')), timeout);
		socket.on('connect', () => end(null));
		socket.on('error', (error) => end(new UpstreamFault('connect', error)));
	});
}
