// mcpgen: do not edit.
/** Cuts bytes into lines of at most `limit`. In latin1 a byte is a unit, so that chunks may split characters. */
export function lineReader(limit, onLine, onTooLong) {
	let rest = '';
	return (chunk) => {
		rest += chunk.toString('latin1');
		const lines = chunk.includes(10) ? rest.split('\n') : [rest];
		rest = lines.pop() ?? '';
		for (const line of lines) {
			if (line.length > limit) onTooLong();
			else if (line.trim() !== '') onLine(Buffer.from(line, 'latin1').toString());
		}
		if (rest.length <= limit) return;
		rest = '';
		onTooLong();
	};
}
