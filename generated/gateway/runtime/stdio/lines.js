// mcpgen: After so many bytes at once reading rests for a turn of the event loop: Node would go on for as long as a child floods it, up to 2 MB.
const YIELD_AFTER_BYTES = 16_384;
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
export function readByTurns(output, read) {
	let isHeld = false;
	let isResting = false;
	const update = () => void (isHeld || isResting ? output.pause() : output.resume());
	const rest = (on) => {
		isResting = on;
		update();
	};
	output.on('data', (chunk) => {
		read(chunk);
		if (chunk.length < YIELD_AFTER_BYTES) return;
		rest(true);
		setImmediate(rest, false);
	});
	return (on) => {
		isHeld = !on;
		update();
	};
}
