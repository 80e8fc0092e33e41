// mcpgen
import {append} from './append.js';
import {UpstreamFault} from './fault.js';
const MOST = 16 * 2 ** 20;
const HELD = 64 * 2 ** 20;
let held = 0;
export function readBody(body, within, most = MOST) {
	return new Promise((resolve, reject) => {
		if (Buffer.isBuffer(body) && body.length <= most) return resolve(body);
		if (Buffer.isBuffer(body) || body.destroyed) return reject(new UpstreamFault('answered'));
		const fail = (stage) => {
			reject(new UpstreamFault(stage));
			body.destroy();
		};
		const timer = setTimeout(fail, within, 'timeout');
		let store = Buffer.alloc(0);
		let used = 0;
		body.on('data', (chunk) => {
			if (used + chunk.length > most) return fail('answered');
			if (held + chunk.length > HELD) return fail('full');
			store = append(store, used, chunk);
			used += chunk.length;
			held += chunk.length;
		});
		body.once('end', () => resolve(store.subarray(0, used)));
		body.on('error', () => { }).once('close', () => {
			clearTimeout(timer);
			held -= used;
			reject(new UpstreamFault('answered'));
		});
	});
}
