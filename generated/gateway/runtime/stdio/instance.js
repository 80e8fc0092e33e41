// mcpgen: A stdio server as an instance of its pool, in the gateway's own process, where nothing else gives up on its children.
import {readSecret} from '../process/secrets.js';
import {NEVER} from '../upstream/roundtrip.js';
import {digest} from '../wire/digest.js';
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {loadEras, startChildren} from './upstream.js';
const NOT_STARTED = {code: 'NOT_STARTED', cause: 'its command does not start: the last child-* lines of the log say why', blame: 'server' };
export async function loadChildren(features) {
	const eras = await loadEras(features);
	return (server, child, settings) => {
		const {env, keepAlive, timeouts} = settings;
		const secrets = child.env.map(([, value]) => ('secret' in value ? digest(readSecret(env, value.secret)) : null));
		const make = () => {
			const children = startChildren(server, child, settings, eras);
			const probe = {look: () => children.isWell(), cause: NOT_STARTED, close: async () => {}};
			return {upstream: inTime(children, timeouts.firstByte), probe, weight: 1, region: null};
		};
		return {id: 'local', key: JSON.stringify([child, keepAlive, timeouts.firstByte, timeouts.response, secrets]), make };
	};
}
function inTime(upstream, firstByte) {
	const send = async (request) => {
		const giveUp = new AbortController();
		const leave = () => giveUp.abort();
		if (request.signal.aborted) leave();
		if (request.signal !== NEVER) request.signal.addEventListener('abort', leave, { once: true });
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			leave();
		}, firstByte);
		try {
			return await upstream.send({...request, signal: giveUp.signal});
		} catch (error) {
			throw isLate ? new UpstreamFault('timeout', new CodedError('NO_ANSWER', `no answer within timeouts.firstByte (${firstByte / 1000} s)`)) : error;
		} finally {
			clearTimeout(timer);
		}
	};
	return {send, close: () => upstream.close(), counts: upstream.counts};
}
