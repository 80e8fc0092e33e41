/** A small TOML 1.0 writer: strings, numbers, booleans, arrays of them, tables, and arrays of tables, in the order given. */
export type TomlScalar = string | number | boolean;
export type TomlValue = TomlScalar | readonly TomlScalar[] | TomlTable | readonly TomlTable[];
export interface TomlTable {
  readonly [key: string]: TomlValue | undefined;
}

export function toml(table: TomlTable): string {
  return section([], table).join('\n') + '\n';
}

/** Values first: a key after a `[header]` belongs to that table (TOML 1.0, Table). */
function section(path: readonly string[], table: TomlTable): readonly string[] {
  const lines: string[] = [];
  const nested: string[][] = [];
  for (const [key, value] of Object.entries(table)) {
    const here = [...path, key];
    if (value === undefined) continue;
    if (isTable(value)) nested.push(isOnlyTables(value) ? [...section(here, value)] : ['', ...headed(`[${dotted(here)}]`, here, value)]);
    else if (isTables(value)) for (const each of value) nested.push(['', ...headed(`[[${dotted(here)}]]`, here, each)]);
    else lines.push(`${bareOrQuoted(key)} = ${inline(value)}`);
  }
  return [...lines, ...nested.flat()];
}

function headed(header: string, path: readonly string[], table: TomlTable): readonly string[] {
  return [header, ...section(path, table)];
}

function inline(value: TomlScalar | readonly TomlScalar[]): string {
  if (typeof value === 'string') return basicString(value);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return String(value);
  return `[${value.map(inline).join(', ')}]`;
}

/** JSON's escapes are all TOML's too; TOML also wants DEL escaped, and takes no half of a surrogate pair (TOML 1.0, String). */
export function basicString(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd')).replaceAll('\u007f', '\\u007F');
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no number of a fly.toml`);
  return Number.isInteger(value) ? value.toFixed(0) : String(value);
}

function dotted(path: readonly string[]): string {
  return path.map(bareOrQuoted).join('.');
}

function bareOrQuoted(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : basicString(key);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Such a table needs no header: those of its tables make it. */
function isOnlyTables(table: TomlTable): boolean {
  const values = Object.values(table).filter((value) => value !== undefined);
  return values.length > 0 && values.every((value) => isTable(value) || isTables(value));
}

/** An empty list is an empty array of values; there is no empty array of tables. */
function isTables(value: TomlValue): value is readonly TomlTable[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}
