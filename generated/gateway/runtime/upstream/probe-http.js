// mcpgen: Health asked over HTTP.
import {discard} from './deliver.js';
import {httpUpstream} from './http.js';
import {HEALTH_PATH, isRedirection, redirection} from './redirects.js';
import {asking} from './probe.js';
import {UpstreamFault} from '../wire/fault.js';
export function httpProbe({path, method, status, body}, endpoint) {
	const judge = (head, text, isWhole) => {
		if (head.status !== status && isRedirection(head.status)) return redirection(head, endpoint.url.origin, HEALTH_PATH);
		if (head.status !== status) return `it answered ${head.status}, and ${status} is wanted`;
		if (body === null || text.includes(body)) return null;
		return isWhole ? 'its answer has not the words that are wanted' : undefined;
	};
	const url = new URL(path, endpoint.url);
	return asking((timeout) => askOnce({...endpoint, url}, {method, headers: {}, body: null}, timeout, judge));
}
const MOST = 65_536;
export async function askOnce(asked, question, timeout, judge) {
	const upstream = httpUpstream({...asked, connect: timeout, firstByte: timeout});
	try {
		const answer = await upstream.send({...question, signal: AbortSignal.timeout(timeout)});
		const {body} = answer;
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
		const last = verdict === undefined ? judge(answer, bytes.toString(), true) : verdict;
		return last === undefined ? new UpstreamFault('answered') : last;
	} catch (error) {
		return error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
	} finally {
		void upstream.close();
	}
}
