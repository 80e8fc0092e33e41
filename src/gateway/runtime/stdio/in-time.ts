/** A limit for children, who have none: a call that is never answered would hold its session for ever, also when its client has left. */
import { NEVER } from '../upstream/roundtrip.js';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

export function inTime(upstream: Upstream, firstByte: number): Upstream {
  const send = async (request: UpstreamRequest): Promise<UpstreamResponse> => {
    const giveUp = new AbortController();
    const leave = (): void => giveUp.abort();
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
