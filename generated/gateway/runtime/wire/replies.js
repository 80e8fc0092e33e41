// mcpgen
export const idText = ({id, writtenId}) => writtenId ?? JSON.stringify(id);
export const replyText = (id, kind, value) => `{"jsonrpc":"2.0","id":${id ?? 'null'},"${kind}":${value}}`;
export const successText = (id, result) => replyText(id, 'result', JSON.stringify(result));
export const failureText = (id, code, message, data) => replyText(id, 'error', JSON.stringify({ code, message, data }));
export function ownFailureText(headers, id, code, message, reason, data = {}) {
	return failureText(id, code, message, {...data, reason, requestId: headers['x-request-id'] ?? null });
}
