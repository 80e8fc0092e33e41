/** Reads command lines by a table of flags per command. A flag that is not in the table is refused, with the one that was probably meant. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../diagnostics/closest.js';

export interface Flag {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Placeholder of the value in help: `NAME`. */
  readonly value?: string;
  /** Accepted values, where they are a closed list. */
  readonly values?: readonly string[];
  readonly short?: string;
  /** Work of the user may be lost by it: nobody is led to it by a mistyped word. */
  readonly destroys?: boolean;
  readonly help: string;
}
export type Flags = Readonly<Record<string, Flag>>;

export interface Given {
  readonly positionals: readonly string[];
  /** The flags that were given. */
  names(): readonly string[];
  has(flag: string): boolean;
  one(flag: string): string | undefined;
  /** Each value, and each part of one that has commas. */
  many(flag: string): readonly string[] | undefined;
  /** Each value as it was given: it may hold commas of its own. */
  each(flag: string): readonly string[];
}

/** The command line is wrong. Its message is printed, and the exit code is 2. */
export class UsageError extends Error {}

export function parse(args: readonly string[], flags: Flags): Given {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, multiple, short }]) => [name, { type, multiple: multiple ?? false, ...(short ? { short } : {}) }]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') values.set(token.name, [...(values.get(token.name) ?? []), check(token.rawName, token.name, token.value, flags)]);
  }
  return {
    positionals,
    names: () => [...values.keys()],
    has: (flag) => values.has(flag),
    one: (flag) => values.get(flag)?.at(-1),
    each: (flag) => values.get(flag) ?? [],
    many: (flag) => values.get(flag)?.flatMap((value) => value.split(',')),
  };
}

function check(raw: string, name: string, value: string | undefined, flags: Flags): string {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (!flag) {
    const offered = Object.keys(flags).filter((known) => flags[known]?.destroys !== true);
    throw new UsageError(`unknown flag ${raw}${didYouMean(raw, offered.map((known) => `--${known}`))}`);
  }
  if (flag.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`);
    return '';
  }
  if (value === undefined || value === '') throw new UsageError(`--${name} needs a value: --${name} ${flag.value ?? 'VALUE'}`);
  for (const one of flag.multiple ? value.split(',') : [value]) {
    if (!flag.values || flag.values.includes(one)) continue;
    throw new UsageError(`--${name} must be one of ${flag.values.join(', ')}; got "${one}"${didYouMean(one, flag.values)}`);
  }
  return value;
}
