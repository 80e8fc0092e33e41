// mcpgen: What several exchanges write within one turn of the event loop leaves together at its end.
const waiting = [];
export function atTurnsEnd(write) {
	if (waiting.push(write) === 1) setImmediate(flush);
}
function flush() {
	for (const write of waiting.splice(0)) write();
}
