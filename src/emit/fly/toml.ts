/** A small writer of TOML 1.0. It knows strings, numbers, booleans, arrays of these, tables and arrays of tables, and keeps the order of the keys. */
export type TomlScalar = string | number | boolean;
export type TomlValue = TomlScalar | readonly TomlScalar[] | TomlTable | readonly TomlTable[];
export interface TomlTable {
  readonly [key: string]: TomlValue | undefined;
}

export function toml(table: TomlTable): string {
  return section([], table).join('\n') + '\n';
}

/** The lines of a table: its values first and its tables after them, because a key below a `[header]` belongs to that header (TOML 1.0, Table). */
function section(path: readonly string[], table: TomlTable): readonly string[] {
  const lines: string[] = [];
  const tables: string[][] = [];
  for (const [key, value] of Object.entries(table)) {
    const here = [...path, key];
    if (value === undefined) continue;
    if (isTable(value)) tables.push(isOnlyTables(value) ? [...section(here, value)] : ['', ...headed(`[${dotted(here)}]`, here, value)]);
    else if (isTables(value)) for (const each of value) tables.push(['', ...headed(`[[${dotted(here)}]]`, here, each)]);
    else lines.push(`${bareOrQuoted(key)} = ${inline(value)}`);
  }
  return [...lines, ...tables.flat()];
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

/** A string of TOML, which has all escapes of JSON. TOML also wants DEL escaped, and refuses a lone surrogate (TOML 1.0, String). */
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

/** Whether a table holds tables and nothing else. Such a table needs no header of its own, because the headers of its tables name it. */
function isOnlyTables(table: TomlTable): boolean {
  const values = Object.values(table).filter((value) => value !== undefined);
  return values.length > 0 && values.every((value) => isTable(value) || isTables(value));
}

/** Whether a value is an array of tables. TOML has no empty array of tables, so an empty list is an empty array of values. */
function isTables(value: TomlValue): value is readonly TomlTable[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}
