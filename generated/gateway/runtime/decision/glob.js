// mcpgen: Patterns in which `*` is any text, also none, and nothing else has a meaning.
export function globOf(pattern) {
	const pieces = pattern.split('*');
	const first = pieces[0];
	if (pieces.length === 1) return (text) => text === first;
	const last = pieces.at(-1);
	const inner = pieces.slice(1, -1).filter((piece) => piece !== '');
	return (text) => {
		if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
		let at = first.length;
		const end = text.length - last.length;
		for (const piece of inner) {
			const found = text.indexOf(piece, at);
			if (found === -1) return false;
			at = found + piece.length;
			if (at > end) return false;
		}
		return true;
	};
}
