/** Shorthand for building the tree. Strings are bare words; anything else must be a token already. */
import type { Directive, Entry, Item, Section } from './types.js';
import { $, DEFAULT, word, type Token } from './tokens.js';
import type { Fact } from './variables.js';

type Arg = string | Token;
const tokens = (args: readonly Arg[]): readonly Token[] => args.map((arg) => (typeof arg === 'string' ? word(arg) : arg));

export function line(name: string, ...args: readonly Arg[]): Directive {
  return { kind: 'directive', name, args: tokens(args) };
}

export function block(name: string, args: readonly Arg[], items: readonly Item[]): Directive {
  return { kind: 'directive', name, args: tokens(args), block: items };
}

export function because(comment: string | readonly string[], directive: Directive): Directive {
  return { ...directive, comment: typeof comment === 'string' ? [comment] : comment };
}

export function section(title: string, ...comment: readonly string[]): Section {
  return { kind: 'section', title, comment };
}

export function entry(key: Arg, value: Arg, comment?: string): Entry {
  const [k, v] = tokens([key, value]) as [Token, Token];
  return { kind: 'entry', key: k, value: v, ...(comment === undefined ? {} : { comment }) };
}

/** `map source $variable { default …; entries }`. */
export function map(source: Token, variable: Fact, fallback: Arg, entries: readonly Entry[]): Directive {
  return block('map', [source, $(variable)], [entry(DEFAULT, fallback), ...entries]);
}

/** Addresses or networks → a word. */
export function geo(source: Token, variable: Fact, fallback: Arg, entries: readonly Entry[]): Directive {
  return block('geo', [source, $(variable)], [entry(DEFAULT, fallback), ...entries]);
}
