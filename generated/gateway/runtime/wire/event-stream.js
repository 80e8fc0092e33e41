// mcpgen: Event streams that the gateway itself writes, message by message.
import {PassThrough} from 'node:stream';
import {UpstreamFault} from './fault.js';
export const STREAM_HEADERS = {'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
const KEEP_ALIVE = Buffer.from(': ka\n\n');
export function frame(json) {
	return Buffer.from(`event: message\ndata: ${json.replace(/[\r\n]/g, ' ')}\n\n`);
}
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
