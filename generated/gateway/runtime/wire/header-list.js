// mcpgen: All lines of a head.
const LINES = /^(?:[!#$%&'*+.^`|~\w-]+: [\t -~\x80-\xff]*\r\n)*$/;
export function linesOf(headers) {
	let text = '';
	for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
	return LINES.test(text) && lineCount(text) * 2 === headers.length ? text : null;
}
function lineCount(text) {
	let count = 0;
	for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
	return count;
}
