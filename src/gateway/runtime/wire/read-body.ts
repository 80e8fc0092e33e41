/** Reads answers that are needed as a whole. */
import type { Readable } from 'node:stream';
import { append } from './append.js';
import { UpstreamFault, type FaultStage } from './fault.js';

/** Bytes of one answer, and of all answers that are being read. */
const MOST = 16 * 2 ** 20;
const HELD = 64 * 2 ** 20;
let held = 0;

/** Reads an answer to its end. Rejects with an `UpstreamFault` where the end does not come within so many milliseconds and bytes. */
export function readBody(body: Buffer | Readable, within: number, most = MOST): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Buffer.isBuffer(body) && body.length <= most) return resolve(body);
    if (Buffer.isBuffer(body) || body.destroyed) return reject(new UpstreamFault('answered'));
    const fail = (stage: FaultStage): void => {
      reject(new UpstreamFault(stage));
      body.destroy();
    };
    const timer = setTimeout(fail, within, 'timeout');
    let store: Buffer = Buffer.alloc(0);
    let used = 0;
    body.on('data', (chunk: Buffer) => {
      if (used + chunk.length > most) return fail('answered');
      if (held + chunk.length > HELD) return fail('full');
      store = append(store, used, chunk);
      used += chunk.length;
      held += chunk.length;
    });
    body.once('end', () => resolve(store.subarray(0, used)));
    body.on('error', () => {}).once('close', () => {
      clearTimeout(timer);
      held -= used;
      reject(new UpstreamFault('answered'));
    });
  });
}
