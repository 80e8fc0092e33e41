/** Sends a request to instances of a pool until one has it, within the rules of what may be sent twice (MCP-WIRE §7, Retries). */
import type { Metrics } from '../process/metrics.js';
import type { Instance } from './instance.js';
import type { Outcome } from './outcome.js';
import type { Pool } from './pool.js';
import { isRedirection, redirection } from './redirects.js';
import type { UpstreamRequest, UpstreamResponse } from './upstream.js';
import { CodedError } from '../wire/cause.js';
import { UpstreamFault, type FaultStage } from '../wire/fault.js';

export interface Delivery {
  readonly request: UpstreamRequest;
  /** Where it is tried first. */
  readonly first: Instance | null;
  /** What it belongs to lives in that instance: nowhere else will do. */
  readonly pinned: boolean;
  /** It only reads: sent again on a new connection where a kept one was closed under it (RFC 9110 §9.2.2 allows that for what is idempotent). */
  readonly reads: boolean;
  /** How often it may be sent elsewhere though a server may have seen it; 0 for what is not only reading. */
  readonly repeats: number;
  /** Whose request it is, for strategies that keep callers together. */
  readonly key: string;
}

/** An answer that has begun, and the instance it comes from. */
export interface Delivered {
  readonly instance: Instance;
  readonly response: UpstreamResponse;
}

/** No byte was written: wherever else it goes, nothing can run twice. */
const UNSENT: ReadonlySet<FaultStage> = new Set(['refused', 'connect', 'full']);
/** What a server behind a failing proxy, or one that is about to end, says; and 500, which it says of a single call too. */
const FAILING: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** It asks for credentials, or the proxy before it does: those are between gateway and server, and no client's business. */
const DENIED: ReadonlySet<number> = new Set([401, 407]);
const DENIAL = 'upstream.auth or upstream.headers have to give it credentials, or it has to trust the gateway';
const NOT_MODIFIED = 304;

/** Whether a status says that the server failed; that is said of the instance as soon as it comes. */
export const isFailing = (status: number): boolean => FAILING.has(status);

/** What a fault says of its instance, where that is not that it failed. */
const OUTCOME: Readonly<Partial<Record<FaultStage, Outcome>>> = {
  refused: 'unreachable', connect: 'unreachable', full: 'abandoned', stale: 'abandoned', redirected: 'answered', denied: 'answered',
};

/** Rejects with the `UpstreamFault` of the last instance. The instance stays counted as busy until its answer has ended. */
export async function deliver(pool: Pool, delivery: Delivery, metrics: Metrics): Promise<Delivered> {
  const { request, first, pinned, reads, repeats, key } = delivery;
  let tried: Set<Instance> | undefined;
  const elsewhere = (from: Instance): Instance | null => (pinned ? null : pool.next((tried ??= new Set()).add(from), key));
  const hasBody = request.body !== null;
  /** Its body may have been given back meanwhile. */
  const isWhole = (): boolean => !hasBody || request.body !== null;
  let left = repeats;
  let mayBeStale = reads;
  let instance = first;
  let last: UpstreamFault | null = null;
  // What it belongs to is still there: the answer is "not now", not "gone".
  if (pinned && first && !pool.admits(first)) throw new UpstreamFault('connect', new CodedError('BREAKER_OPEN', 'its circuit breaker is open'));
  while (instance) {
    const begun = performance.now();
    instance.active++;
    let next: Instance | null = null;
    try {
      const response = await instance.upstream.send(request);
      const { status } = response;
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
        return { instance, response };
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

/** An answer that nobody will read. */
export function discard({ body }: UpstreamResponse): void {
  if (!Buffer.isBuffer(body)) body.on('error', () => {}).destroy();
}

/** Throws for an answer that no client may have: one that sends it elsewhere with its keys, asks for the server's own credentials, or needs a condition. */
function refuseAnswer(response: UpstreamResponse, { upstream: { origin } }: Instance, request: UpstreamRequest): void {
  const { status } = response;
  const isDenied = DENIED.has(status);
  if (!isDenied && (status > 399 || (status === NOT_MODIFIED && isConditional(request)))) return;
  discard(response);
  if (isDenied) throw new UpstreamFault('denied', new CodedError(status === 401 ? 'UNAUTHORIZED' : 'PROXY_UNAUTHORIZED', `it answered ${status}: ${DENIAL}`));
  // It has no body, and nobody has another one for it.
  if (!isRedirection(status)) throw new UpstreamFault('answered', new CodedError(`HTTP_${status}`, `it answered ${status} to a request that has no condition`));
  throw redirection(response, origin);
}

/** RFC 9110 §15.4.5: only a conditional GET may be answered with 304; HEAD is served on no route. */
function isConditional({ method, headers }: UpstreamRequest): boolean {
  return method === 'GET' && (headers['if-none-match'] ?? headers['if-modified-since']) !== undefined;
}
