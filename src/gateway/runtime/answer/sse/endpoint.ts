/** A server with an endpoint of its own for 2024-11-05. Its `endpoint` event says where to post, which is edited: what it names is behind a prefix here. */
import type { Readable } from 'node:stream';
import { withData } from '../../wire/event-data.js';
import { changeEvents, eventReader, readEvent, type StreamEvent } from '../../wire/events.js';
import { STREAM_HEADERS } from '../../wire/event-stream.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Instance } from '../../upstream/instance.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import type { Answered, Call } from '../call.js';
import { endpointOf } from './own-endpoint.js';
import { spokenStream, type SpokenStream } from './spoken-stream.js';

/** How many bytes may come before the endpoint and in it. */
const MOST = 65_536;
/** Bytes of an event behind it. */
const LONGEST = 16 * 2 ** 20;

/** Resolves with the body, whose first `endpoint` event has another URL. Null refuses what the server named. */
export function renameEndpoint({ body }: UpstreamResponse, within: number, rename: (url: string) => string | null): Promise<Readable> {
  return new Promise((resolve, reject) => {
    if (Buffer.isBuffer(body)) return reject(new UpstreamFault('answered'));
    const reader = eventReader(MOST);
    const seen: StreamEvent[] = [];
    let size = 0;
    const leave = (): void => {
      clearTimeout(timer);
      body.off('data', onData).off('close', onClose).pause();
    };
    const fail = (fault: UpstreamFault['stage']): void => {
      leave();
      body.destroy();
      reject(new UpstreamFault(fault));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        seen.push(...reader.push(chunk));
      } catch {
        return fail('answered');
      }
      const found = seen.findIndex(({ text }) => readEvent(text).type === 'endpoint');
      if (found === -1) return size > MOST ? fail('answered') : undefined;
      const { text } = seen[found] as StreamEvent;
      const { data } = readEvent(text);
      const url = data.includes('\n') ? null : rename(data);
      if (url === null) return fail('answered');
      leave();
      body.unshift(Buffer.concat([...seen, ...reader.end()].map(({ raw }, i) => (i === found ? Buffer.from(withData(text, url)) : raw))));
      resolve(withOneEndpoint(body));
    };
    const onClose = (): void => fail('answered');
    const timer = setTimeout(fail, within, 'timeout');
    // Those who read on are told by 'close'; an error without a listener would end the process.
    body.on('error', () => {}).on('close', onClose).on('data', onData);
  });
}

/**
 * Takes any further endpoint out. Clients follow each one that they are told, and a path as the server wrote it would be a path of the gateway: what callers
 * then post, with their keys, would go to a server of its choice.
 */
function withOneEndpoint(body: Readable): Readable {
  let isTold = false;
  const only = ({ raw, text }: StreamEvent): Buffer | string => {
    if (!text.includes('endpoint') || readEvent(text).type !== 'endpoint') return raw;
    const isAnother = isTold;
    isTold = true;
    return isAnother ? ':\n\n' : raw;
  };
  return changeEvents(body, only, LONGEST);
}

/** For a caller that may not use all of the server: what its endpoint says beside the server's, and who is told of the stream. */
export interface Spoken {
  readonly owner: string;
  opened(stream: SpokenStream): void;
}

/** `path` is the server's own endpoint. */
export async function passStream(call: Call, path: string, spoken: Spoken | null): Promise<Answered> {
  const headers = { ...call.request.headers, accept: 'text/event-stream', 'accept-encoding': 'identity' };
  const { instance, response } = await call.send({ ...call.request, path, headers });
  if (response.status !== 200 || !isEventStream(response)) return { instance, response };
  const body = await renameEndpoint(response, call.table.timeouts.firstByte, (url) => {
    const target = targetOf(url, path, instance);
    return target && endpointOf(call, { instance: instance.id, upstreamId: spoken ? `${target} ${spoken.owner}` : target });
  });
  const stream = spoken && spokenStream(body, LONGEST);
  if (stream) spoken.opened(stream);
  const { 'content-length': _, ...described } = response.headers;
  return { instance, response: { ...response, headers: { ...described, ...STREAM_HEADERS }, body: stream?.body ?? body } };
}

/** `path` is where the server wants its messages, and `at` holds the stream. */
export async function passMessage(call: Call, path: string, at: Instance | undefined): Promise<Answered> {
  if (!at) throw new UpstreamFault('refused');
  return call.send({ ...call.request, path }, { at });
}

/** Path and query of what a server names; null where it points away from its instance: a gateway must not be sent elsewhere by what is behind it. */
function targetOf(url: string, path: string, { upstream: { origin } }: Instance): string | null {
  const from = `${origin}${path}`;
  try {
    const target = new URL(url, from);
    return target.origin === origin ? target.pathname + target.search : null;
  } catch {
    return null;
  }
}
