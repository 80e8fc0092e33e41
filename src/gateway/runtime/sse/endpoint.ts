/** The one event that a gateway must edit: the first says where to post, and that is not there when the server is behind a prefix (MCP 2024-11-05). */
import type { Readable } from 'node:stream';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';
import { eventReader, type StreamEvent } from './events.js';

/** How many bytes may come before it and in it. */
const MOST = 65_536;

/** Resolves when `body` stands before its first byte again, with the data of its first `endpoint` event renamed. Null refuses the name. */
export function renameEndpoint({ body }: UpstreamResponse, within: number, rename: (url: string) => string | null): Promise<Readable> {
  return new Promise((resolve, reject) => {
    if (Buffer.isBuffer(body)) return reject(new UpstreamFault('answered'));
    const chunks: Buffer[] = [];
    const found: StreamEvent[] = [];
    let size = 0;
    const read = eventReader((event) => void (event.type === 'endpoint' && found.push(event)));
    const settle = (url: string | null, fault: UpstreamFault['stage'] = 'answered'): void => {
      clearTimeout(timer);
      body.off('data', onData).off('close', onClose).pause();
      const [event] = found;
      if (url === null || !event) {
        body.destroy();
        return reject(new UpstreamFault(fault));
      }
      const all = Buffer.concat(chunks);
      body.unshift(Buffer.concat([all.subarray(0, event.from), Buffer.from(url), all.subarray(event.to)]));
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      read(chunk);
      const [event] = found;
      if (event) settle(event.lines === 1 && event.to <= MOST ? rename(event.data) : null);
      else if (size > MOST) settle(null);
    };
    const onClose = (): void => settle(null);
    const timer = setTimeout(settle, within, null, 'timeout');
    // Those who read on are told by 'close'; an error without a listener would end the process.
    body.on('error', () => {}).on('close', onClose).on('data', onData);
  });
}
