/** The `endpoint` event, which says where to post (MCP 2024-11-05): the one event that a gateway must edit, because what a server names is behind a prefix. */
import type { Readable } from 'node:stream';
import { withData } from '../../wire/event-data.js';
import { changeEvents, eventReader, readEvent, type StreamEvent } from '../../wire/events.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import type { Call } from '../call.js';

/** How many bytes may come before the endpoint and in it. */
const MOST = 65_536;
/** Bytes of an event behind it. */
const LONGEST = 16 * 2 ** 20;

/** The gateway's own endpoint of a stream: root-relative, with the prefix by which the client came. Null where the name would be too long. */
export function endpointOf({ pool, path, seal }: Call, leg: { readonly instance: string; readonly upstreamId: string }): string | null {
  const id = seal({ server: pool.server, ...leg });
  return id && `${path.replace(/\/sse$/, '/message')}?sessionId=${id}`;
}

/**
 * Puts another URL into the first `endpoint` event of a body. Resolves with the whole body, nothing of which is lost.
 *
 * @param rename gives the other URL; null refuses what the server named
 */
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
