// mcpgen: do not edit.
/** Event streams that the gateway itself writes, message by message. */
import { PassThrough } from 'node:stream';
import { UpstreamFault } from './upstream/upstream.js';
const KEEP_ALIVE = Buffer.from(': ka\n\n');
/** A line break is mere whitespace in JSON; in an event it would end the field. */
export function frame(json) {
	return Buffer.from(`event: message\ndata: ${json.replace(/[\r\n]/g, ' ')}\n\n`);
}
/** Emits 'full' when its reader falls behind, breaks off when too much waits. */
export class EventStream extends PassThrough {
	limit = 0;
	shown = false;
	keepAlive() {
		if (!this.writableNeedDrain) this.event(KEEP_ALIVE);
	}
	event(bytes) {
		if (this.writableLength > this.limit * (this.shown ? 2 : 1)) this.destroy(new UpstreamFault('answered'));
		else if (this.writable && !this.write(bytes) && this.shown) this.emit('full');
	}
}
