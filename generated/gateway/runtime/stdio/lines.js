// mcpgen: After so many bytes at once reading rests for a turn of the event loop: Node would go on for as long as a child floods it, up to 2 MB.
const YIELD_AFTER_BYTES = 16_384;
const LONGEST = 256 * 2 ** 20;
const KEPT = 4096;
export function lineReader(limit, onLine, onTooLong, onLongEnd = () => {}, onEndless = () => {}) {
	let rest = '';
	let tail = null;
	let passed = 0;
	const text = (bytes) => Buffer.from(bytes, 'latin1').toString();
	const begin = (line) => {
		tail = '';
		passed = 0;
		onTooLong(text(line.slice(0, KEPT)));
	};
	const end = (line) => {
		if (tail === null && line.length <= limit) return void (line.trim() !== '' && onLine(text(line)));
		if (tail === null) begin(line);
		onLongEnd(text((tail + line.slice(-KEPT)).slice(-KEPT)));
		tail = null;
	};
	return (chunk) => {
		rest += chunk.toString('latin1');
		const lines = chunk.includes(10) ? rest.split('\n') : [rest];
		rest = lines.pop() ?? '';
		lines.forEach(end);
		if (tail === null && rest.length > limit) begin(rest);
		if (tail === null) return;
		tail = (tail + rest.slice(-KEPT)).slice(-KEPT);
		passed += rest.length;
		if (passed > Math.max(16 * limit, LONGEST)) onEndless();
		rest = '';
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
