/** A server with an endpoint of its own for the transport of 2024-11-05: its stream and its messages pass. */
import type { Instance } from '../../upstream/pool.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { STREAM_HEADERS } from '../../wire/event-stream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Answered, Call } from '../call.js';
import { endpointOf, renameEndpoint } from './endpoint.js';

/** @param path the server's own endpoint */
export async function passStream(call: Call, path: string): Promise<Answered> {
  const headers = { ...call.request.headers, accept: 'text/event-stream', 'accept-encoding': 'identity' };
  const { instance, response } = await call.send({ ...call.request, path, headers });
  if (response.status !== 200 || !isEventStream(response)) return { instance, response };
  const body = await renameEndpoint(response, call.table.timeouts.firstByte, (url) => {
    const target = targetOf(url, path, instance);
    return target && endpointOf(call, { instance: instance.id, upstreamId: target });
  });
  const { 'content-length': _, ...described } = response.headers;
  const renamed: UpstreamResponse = { ...response, headers: { ...described, ...STREAM_HEADERS }, body };
  return { instance, response: renamed };
}

/** @param path where the server wants its messages @param at the instance that holds the stream */
export async function passMessage(call: Call, path: string, at: Instance | undefined): Promise<Answered> {
  if (!at) throw new UpstreamFault('refused');
  return call.send({ ...call.request, path }, { at });
}

/** Path and query of what a server names; null where it points away from its instance: a gateway must not be sent elsewhere by what is behind it. */
function targetOf(url: string, path: string, { upstream: { origin } }: Instance): string | null {
  const from = `${origin}${path}`;
  const target = URL.canParse(url, from) ? new URL(url, from) : null;
  return target && target.origin === origin ? target.pathname + target.search : null;
}
