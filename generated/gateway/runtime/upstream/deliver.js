// mcpgen
import {isRedirection, redirection} from './redirects.js';
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
const UNSENT = new Set(['refused', 'connect', 'full']);
const FAILING = new Set([500, 502, 503, 504]);
const DENIED = new Set([401, 407]);
const DENIAL = 'upstream.auth or upstream.headers have to give it credentials, or it has to trust the gateway';
const NOT_MODIFIED = 304;
export const isFailing = (status) => FAILING.has(status);
const OUTCOME = {
	refused: 'unreachable', connect: 'unreachable', full: 'abandoned', stale: 'abandoned', redirected: 'answered', denied: 'answered',
};
export async function deliver(pool, delivery, metrics) {
	const {request, first, pinned, reads, repeats, key} = delivery;
	let tried;
	const elsewhere = (from) => (pinned ? null : pool.next((tried ??= new Set()).add(from), key));
	const hasBody = request.body !== null;
	const isWhole = () => !hasBody || request.body !== null;
	let left = repeats;
	let mayBeStale = reads;
	let instance = first;
	let last = null;
	if (pinned && first && !pool.admits(first)) throw new UpstreamFault('connect', new CodedError('BREAKER_OPEN', 'its circuit breaker is open'));
	while (instance) {
		const begun = performance.now();
		instance.active++;
		let next = null;
		try {
			const response = await instance.upstream.send(request);
			const {status} = response;
			const failed = FAILING.has(status);
			if (status > 299 && !failed) refuseAnswer(response, instance, request);
			const failure = response.failure?.() ?? null;
			const why = failure?.fault ?? (failed ? new CodedError(`HTTP_${status}`, `it answered ${status}`) : undefined);
			pool.report(instance, !failed ? 'answered' : status === 500 ? 'erred' : 'failed', performance.now() - begun, key, why, request.headers['x-request-id']);
			if (failed && left > 0 && isWhole()) next = elsewhere(instance);
			if (!next) {
				const busy = instance;
				if (Buffer.isBuffer(response.body)) busy.active--;
				else {
					response.body.once('close', () => {
						busy.active--;
						const late = failure ? null : response.failure?.();
						if (late) pool.blame(busy, late.fault, request.headers['x-request-id']);
					});
					response.body.once('error', (error) => !request.signal.aborted && pool.blame(busy, error, request.headers['x-request-id']));
				}
				return {instance, response};
			}
			left--;
			discard(response);
		} catch (error) {
			last = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
			const isAbandoned = request.signal.aborted;
			const outcome = isAbandoned ? 'abandoned' : (OUTCOME[last.stage] ?? 'failed');
			pool.report(instance, outcome, performance.now() - begun, key, isAbandoned ? undefined : last, request.headers['x-request-id']);
			if (!isAbandoned) metrics.count('mcpgen_upstream_failures_total', { server: pool.server, stage: last.stage });
			if (!isWhole()) next = null;
			else if (last.stage === 'stale' && mayBeStale) next = instance;
			else if (!isAbandoned && (UNSENT.has(last.stage) || left-- > 0)) next = elsewhere(instance);
			mayBeStale = false;
		}
		instance.active--;
		if (next) metrics.count('mcpgen_upstream_retries_total', { server: pool.server });
		instance = next;
	}
	throw last ?? new UpstreamFault('refused', 'there is no instance to ask');
}
export function discard({body}) {
	if (!Buffer.isBuffer(body)) body.on('error', () => { }).destroy();
}
function refuseAnswer(response, {upstream: {origin}}, request) {
	const {status} = response;
	const isDenied = DENIED.has(status);
	if (!isDenied && (status > 399 || (status === NOT_MODIFIED && isConditional(request)))) return;
	discard(response);
	if (isDenied) throw new UpstreamFault('denied', new CodedError(status === 401 ? 'UNAUTHORIZED' : 'PROXY_UNAUTHORIZED', `it answered ${status}: ${DENIAL}`));
	if (!isRedirection(status)) throw new UpstreamFault('answered', new CodedError(`HTTP_${status}`, `it answered ${status} to a request that has no condition`));
	throw redirection(response, origin);
}
function isConditional({method, headers}) {
	return method === 'GET' && (headers['if-none-match'] ?? headers['if-modified-since']) !== undefined;
}
