const LINE_WIDTH = 120;
/** What may stand as a key without quotes. */
const NAME = /^[A-Za-z_$][\w$]*$/;

/** An expression in the layout of the code around it. A value that fits on one line is printed on one line: a table of routes has one line for each route. */
export function printTables(value: unknown, indent = ''): string {
  const line = inline(value);
  if (indent.length + line.length <= LINE_WIDTH || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}\t`;
  const items = Array.isArray(value)
    ? value.map((item) => inner + printTables(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${keyOf(key)}: ${printTables(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const items = Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${inline(item)}`);
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
}

/** A literal takes the plain key `__proto__` for the prototype of the object. */
function keyOf(key: string): string {
  if (key === '__proto__') return '["__proto__"]';
  return NAME.test(key) ? key : JSON.stringify(key);
}
