/** A stdio server as an instance of its pool, in the gateway's own process, where nothing else gives up on its children. */
import { readSecret } from '../process/secrets.js';
import type { MakeChild } from '../upstream/modules.js';
import { NEVER } from '../upstream/roundtrip.js';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { digest } from '../wire/digest.js';
import type { Probe } from '../upstream/probe.js';
import { CodedError, type Cause } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Made } from '../upstream/instance.js';
import type { ChildFeatures, StdioUpstream } from './contract.js';
import { loadEras, startChildren } from './upstream.js';

const NOT_STARTED: Cause = { code: 'NOT_STARTED', cause: 'its command does not start: the last child-* lines of the log say why', blame: 'server' };

/** What makes an instance of a child, with the parts that this takes. */
export async function loadChildren(features: ChildFeatures): Promise<MakeChild> {
  const eras = await loadEras(features);
  return (server, child, settings) => {
    const { env, keepAlive, timeouts } = settings;
    // A secret must not change unnoticed.
    const secrets = child.env.map(([, value]) => ('secret' in value ? digest(readSecret(env, value.secret)) : null));
    const make = (): Made => {
      const children = startChildren(server, child, settings, eras);
      const probe: Probe = { look: () => children.isWell(), cause: NOT_STARTED, close: async () => {} };
      return { upstream: inTime(children, timeouts.firstByte), probe, weight: 1, region: null };
    };
    return { id: 'local', key: JSON.stringify([child, keepAlive, timeouts.firstByte, timeouts.response, secrets]), make };
  };
}

/** A limit for children, who have none: a call that is never answered would hold its session for ever, also when its client has left. */
function inTime(upstream: StdioUpstream, firstByte: number): Upstream {
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
      throw isLate ? new UpstreamFault('timeout', new CodedError('NO_ANSWER', `no answer within timeouts.firstByte (${firstByte / 1000} s)`)) : error;
    } finally {
      clearTimeout(timer);
    }
  };
  return { send, close: () => upstream.close(), counts: upstream.counts };
}
