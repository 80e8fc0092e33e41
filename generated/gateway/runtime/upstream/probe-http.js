// mcpgen: Health asked over HTTP.
import {discard} from './deliver.js';
import {httpUpstream} from './http.js';
export function httpProbe({ path, method, status, body }, endpoint) {
	const look = async (timeout) => {
		const well = await askOnce(new URL(path, endpoint), { method, headers: {}, body: null }, timeout, (head, text, isWhole) => {
			if (head.status !== status) return false;
			return body === null || text.includes(body) || (isWhole ? false : undefined);
		});
		return well ?? false;
	};
	return { look, close: () => Promise.resolve() };
}
const MOST = 65_536;
export async function askOnce(url, question, timeout, judge) {
	const upstream = httpUpstream({ url, connect: timeout, firstByte: timeout });
	try {
		const answer = await upstream.send({ ...question, signal: AbortSignal.timeout(timeout) });
		const { body } = answer;
		let bytes = Buffer.alloc(0);
		let verdict = judge(answer, '', false);
		if (verdict === undefined) {
			for await (const chunk of Buffer.isBuffer(body) ? [body] : body) {
				bytes = Buffer.concat([bytes, chunk]).subarray(0, MOST);
				verdict = judge(answer, bytes.toString(), bytes.length === MOST);
				if (verdict !== undefined) break;
			}
		}
		discard(answer);
		return verdict ?? judge(answer, bytes.toString(), true) ?? null;
	} catch {
		return null;
	} finally {
		void upstream.close();
	}
}
