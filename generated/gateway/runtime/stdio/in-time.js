// mcpgen: do not edit.
import { NEVER, UpstreamFault } from '../upstream/upstream.js';
/** Children have no wait of their own: without one, a call that is never answered would hold its session for ever, also when its client has left. */
export function inTime(upstream, firstByte) {
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
			return await upstream.send({ ...request, signal: giveUp.signal });
		} catch (error) {
			throw isLate ? new UpstreamFault('timeout', error) : error;
		} finally {
			clearTimeout(timer);
		}
	};
	return { send, close: () => upstream.close() };
}
