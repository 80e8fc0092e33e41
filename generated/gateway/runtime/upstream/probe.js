// mcpgen: do not edit.
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
/** Asks an instance whether it is well, on a connection of its own: a pooled one could be fine when the instance takes no new ones. */
export function probeOf(health, endpoint) {
	return health.kind === 'http' ? (timeout) => probeHttp(new URL(health.path, endpoint), health, timeout) : (timeout) => probeTcp(endpoint, timeout);
}
function probeHttp(url, health, timeout) {
	return new Promise((resolve) => {
		const get = url.protocol === 'https:' ? https.get : http.get;
		const request = get(url, { agent: false, timeout }, (response) => {
			response.resume();
			resolve(response.statusCode === health.status);
		});
		request.on('timeout', () => request.destroy());
		request.on('error', () => resolve(false));
		request.on('close', () => resolve(false));
	});
}
function probeTcp(url, timeout) {
	return new Promise((resolve) => {
		const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
		const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, timeout });
		const end = (well) => {
			resolve(well);
			socket.destroy();
		};
		socket.on('connect', () => end(true));
		socket.on('timeout', () => end(false));
		socket.on('error', () => end(false));
	});
}
