// mcpgen: Whether a server has lost a session that it once had.
import {discard} from '../upstream/deliver.js';
import {eventReader, readEvent} from '../wire/events.js';
import {asObject, at, messageText, parseJson, POST_HEADERS} from '../wire/json-rpc.js';
import {isEventStream} from '../wire/media-type.js';
import {readBody} from '../wire/read-body.js';
const MAYBE = new Set([400, 410, 503]);
const MOST = 4096;
const OF_SESSION = /session|initiali[sz]/i;
const NO_METHOD = -32601;
const TRANSPORT = -32000;
const MOST_WAIT = 5000;
export function mayMeanLoss({status, body}) {
	if (status === 200) return Buffer.isBuffer(body) && body.length <= MOST && body.includes('"error"');
	return status === 404 || MAYBE.has(status);
}
export async function judgeSession(request, response, within, ask) {
	const {status, body} = response;
	if (status === 404) return {response, isLost: true};
	if (Number(response.headers['content-length'] ?? 0) > MOST) return { response, isLost: false };
	const whole = {...response, body: await readBody(body, within)};
	const refused = refusalOf(whole, whole.body);
	return {response: whole, isLost: refused !== null && (await isRefusedAlike(request, refused, ask))};
}
async function isRefusedAlike(request, refused, ask) {
	const {headers, method} = request;
	const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:mcp-(?:protocol-version|method|name|param-.*)|last-event-id)$/.test(name)));
	const signal = AbortSignal.timeout(MOST_WAIT);
	const body = Buffer.from(messageText({id: 'mcpgen', method: 'ping' }));
	try {
		const answer = await ask({...request, method: 'POST', headers: { ...own, ...POST_HEADERS, 'accept-encoding': 'identity' }, body, signal });
		if (answer.status !== 200 && !MAYBE.has(answer.status)) {
			discard(answer);
			return answer.status === 404 && (method !== 'POST' || (refused.status !== 200 && speaksOfSession(refused)));
		}
		const again = refusalOf(answer, await readBody(answer.body, MOST_WAIT, MOST));
		if (!again) return false;
		return method !== 'POST' ? speaksOfSession(again) : isAlike(refused, again);
	} catch {
		return false;
	}
}
function isAlike(first, second) {
	return first.status === second.status && first.code === second.code && speaksOfSession(first) && speaksOfSession(second);
}
function speaksOfSession({status, code, text}) {
	return OF_SESSION.test(text) || ((status === 400 || status === 410) && (code === undefined || code === TRANSPORT));
}
function refusalOf(response, body) {
	const {status} = response;
	const text = `${body}`;
	const message = asObject(parseJson(isEventStream(response) ? dataOf(body) : text));
	const code = at(message, 'error', 'code');
	if (code === NO_METHOD || 'result' in message || (status === 200 && !('error' in message))) return null;
	return {status, code, text};
}
const dataOf = (body) => {
	const reader = eventReader(MOST);
	return [...reader.push(body), ...reader.end()].map(({text}) => readEvent(text)).find(({data}) => data !== '')?.data ?? '';
};
