/** Event streams that the gateway itself writes, message by message. */
import { PassThrough } from 'node:stream';
import { UpstreamFault } from './fault.js';

// What the head of such a stream says, so that nothing on its way keeps its events.
export const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
const KEEP_ALIVE = Buffer.from(': ka\n\n');

/** A line break is mere whitespace in JSON; in an event it would end the field. */
export function frame(json: string): Buffer {
  return Buffer.from(`event: message\ndata: ${json.replace(/[\r\n]/g, ' ')}\n\n`);
}

/** Emits 'full' when its reader falls behind, breaks off when too much waits. */
export class EventStream extends PassThrough {
  limit = 0;
  /** A client reads it, or soon will. */
  shown = false;

  /** A comment, so that nobody takes it for dead; needless while something waits. */
  keepAlive(): void {
    if (!this.writableNeedDrain) this.event(KEEP_ALIVE);
  }

  event(bytes: Buffer): void {
    // A reader that has just come finds what waited for it, and has not had its time.
    if (this.writableLength > this.limit * (this.shown ? 2 : 1)) this.destroy(new UpstreamFault('answered'));
    else if (this.writable && !this.write(bytes) && this.shown) this.emit('full');
  }
}
