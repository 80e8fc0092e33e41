/** What a child last said on stderr, for the line that tells of its end. */
import { printable } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';

/** Characters of it. */
const MOST = 4096;
/** Shorter values are found in innocent words. */
const SHORTEST_SECRET = 4;

/** Text of a child as a log may show it: control characters written out, and in place of each secret that the child was given its name. */
export function speechOf({ env: entries }: ChildTable, env: Readonly<Record<string, string>>): (text: string) => string {
  const given = entries.flatMap(([name, value]) => ('secret' in value ? [[name, env[name] ?? ''] as const] : []));
  const secrets = given.filter(([, secret]) => secret.length >= SHORTEST_SECRET);
  return (text) => printable(secrets.reduce((rest, [name, secret]) => rest.replaceAll(secret, `[${name}]`), text));
}

export interface LastWords {
  add(line: string): void;
  text(): string;
}

export function lastWords(): LastWords {
  const lines: string[] = [];
  let length = 0;
  return {
    add(line) {
      const kept = line.slice(0, MOST);
      lines.push(kept);
      length += kept.length + 1;
      for (; length > MOST + 1 && lines.length > 1; ) length -= (lines.shift() ?? '').length + 1;
    },
    text: () => lines.join('\n').slice(-MOST),
  };
}
