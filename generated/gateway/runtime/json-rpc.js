// mcpgen: do not edit.
/** Undefined for what is no JSON. */
export function parseJson(text) {
	try {
		return JSON.parse(`${text}`);
	} catch {
		return undefined;
	}
}
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asObject = (value) => (isObject(value) ? value : {});
/** What is found along these names; undefined where they lead nowhere. */
export const at = (value, ...path) => path.reduce((found, name) => asObject(found)[name], value);
export const isReply = (message) => message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);
export const success = (id, result) => ({ jsonrpc: '2.0', id, result });
export const failure = (id, code, message, data) => ({ jsonrpc: '2.0', id, error: { code, message, data } });
export const messageText = (fields) => JSON.stringify({ jsonrpc: '2.0', ...fields });
/** What every POST of a message says; the server chooses which of both it answers with. */
export const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
