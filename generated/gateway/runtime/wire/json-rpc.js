// mcpgen: The value of a JSON text; undefined where the text is not JSON.
export function parseJson(text) {
	try {
		return JSON.parse(`${text}`);
	} catch {
		return undefined;
	}
}
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asObject = (value) => (isObject(value) ? value : {});
export const at = (value, ...path) => path.reduce((found, name) => asObject(found)[name], value);
export const isReply = (message) => message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);
export const messageText = (fields) => JSON.stringify({jsonrpc: '2.0', ...fields });
export const POST_HEADERS = {'content-type': 'application/json', accept: 'application/json, text/event-stream' };
