// mcpgen: Results on their way to the client that are read and changed, as JSON or in events.
import {isUtf8} from 'node:buffer';
import {withData} from '../wire/event-data.js';
import {changeEvents, readEvent} from '../wire/events.js';
import {UpstreamFault} from '../wire/fault.js';
import {readBody} from '../wire/read-body.js';
export async function changeResults(response, change, wait, longest) {
	const {status, headers, body} = response;
	const type = String(headers['content-type'] ?? '').split(';', 1).join().trim().toLowerCase();
	const isEncoded = !/^(?:identity)?$/i.test(String(headers['content-encoding'] ?? '').trim());
	const isJson = type === 'application/json';
	const isRead = isJson || type === 'text/event-stream';
	const isResult = status >= 200 && status < 300 && status !== 202;
	if (!isRead && !isResult) return response;
	if (isRead && !isJson && !isEncoded) {
		return {...response, headers: unframed(headers), body: changeEvents(body, (event) => changeEvent(event, change), longest)};
	}
	const bytes = await readBody(body, wait, isJson && !isEncoded ? undefined : 0);
	if (bytes.length === 0) return {...response, body: bytes};
	let text;
	try {
		if (!isUtf8(bytes)) throw new TypeError('not UTF-8');
		text = change(bytes.toString());
	} catch (error) {
		if (isResult || !(error instanceof SyntaxError)) throw new UpstreamFault('answered', error);
		return {...response, body: bytes};
	}
	const out = Buffer.from(text);
	return {...response, headers: {...unframed(headers), 'content-length': String(out.length) }, body: out };
}
function unframed(headers) {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:content-length|content-md5|etag|(?:content-|repr-)?digest)$/.test(name)));
}
const NO_FIELD = /(^|[\r\n])(?!(?:data|event|id|retry)(?:[:\r\n]|$)|:)[^\r\n]+/g;
function changeEvent({raw, text: written}, change) {
	if (!isUtf8(raw)) throw new TypeError('not UTF-8');
	const text = written.replace(NO_FIELD, '$1:');
	if (text !== written) return changeEvent({raw: Buffer.from(text), text}, change);
	const {isMessage, data} = readEvent(text);
	if (data.trim() === '') return raw;
	let out;
	try {
		out = change(data);
	} catch (error) {
		if (!isMessage && error instanceof SyntaxError) return raw;
		throw error;
	}
	return out === data ? raw : Buffer.from(withData(text, out));
}
