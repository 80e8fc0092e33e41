/** Event streams that the gateway itself writes, message by message. */
import { PassThrough } from 'node:stream';
import { UpstreamFault } from './fault.js';

/** The head of such a stream tells all hops to pass its events on at once. */
export const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
const KEEP_ALIVE = Buffer.from(': ka\n\n');

/** A message as an event. A line break is mere white space in JSON, but would end the field of an event. */
export function frame(json: string): Buffer {
  return Buffer.from(`event: message\ndata: ${json.replace(/[\r\n]/g, ' ')}\n\n`);
}

/** A stream of events. It emits 'full' when its reader falls behind, and breaks off when too much waits for the reader. */
export class EventStream extends PassThrough {
  limit = 0;
  /** A client reads the stream, or soon will. */
  shown = false;

  /** Writes a comment, so that nobody takes the stream for dead. None is needed while events wait. */
  keepAlive(): void {
    if (!this.writableNeedDrain) this.event(KEEP_ALIVE);
  }

  event(bytes: Buffer): void {
    // A reader that has just come finds events that waited for it, and has had no time to read them.
    if (this.writableLength > this.limit * (this.shown ? 2 : 1)) this.destroy(new UpstreamFault('answered'));
    else if (this.writable && !this.write(bytes) && this.shown) this.emit('full');
  }
}
