// mcpgen
export function isEventStream({headers}) {
	return /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
}
