// mcpgen
import {UpstreamFault} from '../wire/fault.js';
const UNSENT = new Set(['refused', 'connect', 'full']);
const FAILING = new Set([500, 502, 503, 504]);
const OUTCOME = { refused: 'unreachable', connect: 'unreachable', full: 'abandoned', stale: 'abandoned' };
export async function deliver(pool, delivery, metrics) {
	const { request, first, pinned, reads, repeats, key } = delivery;
	let tried;
	const elsewhere = (from) => (pinned ? null : pool.next((tried ??= new Set()).add(from), key));
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
			if (failed && left > 0) next = elsewhere(instance);
			if (!next) {
				const busy = instance;
				if (Buffer.isBuffer(response.body)) busy.active--;
				else response.body.once('close', () => busy.active--);
				return { instance, response };
			}
			left--;
			discard(response);
		} catch (error) {
			last = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
			const isAbandoned = request.signal.aborted;
			pool.report(instance, isAbandoned ? 'abandoned' : (OUTCOME[last.stage] ?? 'failed'), performance.now() - begun);
			if (!isAbandoned) metrics.count('mcpgen_upstream_failures_total', { server: pool.server, stage: last.stage });
			if (last.stage === 'stale' && mayBeStale) next = instance;
			else if (!isAbandoned && (UNSENT.has(last.stage) || left-- > 0)) next = elsewhere(instance);
			mayBeStale = false;
		}
		instance.active--;
		if (next) metrics.count('mcpgen_upstream_retries_total', { server: pool.server });
		instance = next;
	}
	throw last ?? new UpstreamFault('refused');
}
export function discard({ body }) {
	if (!Buffer.isBuffer(body)) body.on('error', () => { }).destroy();
}
