// mcpgen: do not edit.
import { UpstreamFault } from './upstream.js';
const UNSENT = new Set(['refused', 'connect', 'full']);
const FAILING = new Set([500, 502, 503, 504]);
const OUTCOME = {
	refused: 'unreachable',
	connect: 'unreachable',
	full: 'abandoned',
	sent: 'failed',
	stale: 'abandoned',
	timeout: 'failed',
	answered: 'failed',
};
/** Rejects with the `UpstreamFault` of the last instance. The instance stays counted as busy until its answer has ended. */
export async function deliver(pool, { request, first, pinned, reads, repeats, key }, metrics) {
	let tried;
	const nextBut = (failed) => pool.next((tried ??= new Set()).add(failed), key);
	let left = repeats;
	let mayBeStale = reads;
	let instance = first;
	let last = null;
	if (pinned && first && !pool.admits(first)) throw new UpstreamFault('connect');
	while (instance) {
		const begun = performance.now();
		instance.active++;
		let next = null;
		try {
			const response = await instance.upstream.send(request);
			const failed = FAILING.has(response.status);
			pool.report(instance, failed ? 'failed' : 'answered', performance.now() - begun);
			if (failed && left > 0 && !pinned) next = nextBut(instance);
			if (!next) return { instance, response: released(instance, response) };
			left--;
			discard(response);
		} catch (error) {
			last = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
			const isAbandoned = request.signal.aborted;
			pool.report(instance, isAbandoned ? 'abandoned' : OUTCOME[last.stage], performance.now() - begun);
			if (!isAbandoned) metrics.count('mcpgen_upstream_failures_total', { server: pool.server, stage: last.stage });
			if (last.stage === 'stale' && mayBeStale) next = instance;
			else if (!isAbandoned && !pinned && (UNSENT.has(last.stage) || left-- > 0)) next = nextBut(instance);
			mayBeStale = false;
		}
		instance.active--;
		if (next) metrics.count('mcpgen_upstream_retries_total', { server: pool.server });
		instance = next;
	}
	throw last ?? new UpstreamFault('refused');
}
function released(instance, response) {
	if (Buffer.isBuffer(response.body)) instance.active--;
	else response.body.once('close', () => instance.active--);
	return response;
}
/** An answer that nobody will read. */
export function discard({ body }) {
	if (!Buffer.isBuffer(body)) body.on('error', () => { }).destroy();
}
