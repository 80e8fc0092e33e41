// mcpgen
import {linesOf, valueOf} from './events.js';
export function withData(text, data) {
	const parts = linesOf(text);
	const at = parts.findIndex((line) => valueOf(line, 'data') !== null);
	const end = parts[at + 1] || '\n';
	const isData = (i) => i % 2 === 0 && valueOf(parts[i] ?? '', 'data') !== null;
	const lines = data.split('\n').map((line) => `data: ${line}${end}`);
	return parts.map((part, i) => (i === at ? lines.join('') : isData(i) || isData(i - 1) ? '' : part)).join('');
}
