// mcpgen: Whether an instance is well.
import {connect} from 'node:net';
import {placeOf} from './connections.js';
export function probeOf(health, endpoint, { httpProbe, mcpProbe }) {
	if (health.kind === 'http' && httpProbe) return httpProbe(health, endpoint);
	if (health.kind === 'mcp' && mcpProbe) return mcpProbe(health.ask, endpoint);
	return { look: (timeout) => lookByTcp(endpoint, timeout), close: () => Promise.resolve() };
}
function lookByTcp(url, timeout) {
	return new Promise((resolve) => {
		const socket = connect(placeOf(url));
		const end = (well) => {
			clearTimeout(timer);
			resolve(well);
			socket.destroy();
		};
		const timer = setTimeout(() => end(false), timeout);
		socket.on('connect', () => end(true));
		socket.on('error', () => end(false));
	});
}
