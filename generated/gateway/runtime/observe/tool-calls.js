// mcpgen
import {eventReader, readEvent} from '../wire/events.js';
import {asObject, at, parseJson} from '../wire/json-rpc.js';
import {isEventStream} from '../wire/media-type.js';
const MOST = 2 ** 20;
export function whetherTool(answer, tell) {
	const {status, body} = answer;
	if (status !== 200) return tell(false);
	if (Buffer.isBuffer(body)) return tell(hasResult(answer, body));
	const chunks = [];
	let size = 0;
	body.on('data', (chunk) => {
		size += chunk.length;
		if (size <= MOST) chunks.push(chunk);
	});
	body.once('close', () => tell(size <= MOST && hasResult(answer, Buffer.concat(chunks))));
}
function hasResult(answer, body) {
	const texts = isEventStream(answer) ? eventReader(MOST).push(body).map(({text}) => readEvent(text).data) : [`${body}`];
	return texts.some((text) => {
		const result = at(parseJson(text), 'result');
		return result !== undefined && asObject(result)['isError'] !== true;
	});
}
