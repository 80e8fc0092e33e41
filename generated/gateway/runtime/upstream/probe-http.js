// mcpgen: do not edit.
/** Health asked over HTTP. */
import http, {} from 'node:http';
import https from 'node:https';
export function httpProbe({ path, method, status, body }, endpoint) {
	const look = async (timeout) => {
		const well = await askOnce(new URL(path, endpoint), { method }, timeout, ({ statusCode }, text, isWhole) => {
			if (statusCode !== status) return false;
			return body === null || text.includes(body) || (isWhole ? false : undefined);
		});
		return well ?? false;
	};
	return { look, close: () => Promise.resolve() };
}
const MOST = 65_536;
/** One request on a connection of its own: a pooled one could be fine when the instance takes no new ones. @returns null where there was no answer in time */
export function askOnce(url, { method, headers, body }, timeout, judge) {
	return new Promise((resolve) => {
		const request = (url.protocol === 'https:' ? https : http).request(url, { agent: false, method, ...(headers ? { headers } : {}) });
		const timer = setTimeout(() => request.destroy(), timeout);
		const end = (verdict) => {
			clearTimeout(timer);
			resolve(verdict);
			request.destroy();
		};
		request.on('error', () => end(null));
		request.on('close', () => end(null));
		request.on('response', (head) => {
			let bytes = Buffer.alloc(0);
			const weigh = (isWhole) => {
				const verdict = judge(head, bytes.toString(), isWhole);
				if (verdict !== undefined || isWhole) end(verdict ?? null);
			};
			head.on('data', (chunk) => {
				bytes = Buffer.concat([bytes, chunk]).subarray(0, MOST);
				weigh(bytes.length === MOST);
			});
			head.on('end', () => weigh(true));
			head.on('error', () => end(null));
			weigh(false);
		});
		request.end(body);
	});
}
