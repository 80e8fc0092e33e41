/** Functions that build the tree of an nginx file. A string argument becomes a bare word; any other argument is a token already. */
import type { Directive, Entry, Item, Section } from './types.js';
import { $, DEFAULT, word, type Token } from './tokens.js';
import type { Fact } from './variables.js';

type Arg = string | Token;
const token = (arg: Arg): Token => (typeof arg === 'string' ? word(arg) : arg);

export function line(name: string, ...args: readonly Arg[]): Directive {
  return { kind: 'directive', name, args: args.map(token) };
}

export function block(name: string, args: readonly Arg[], items: readonly Item[]): Directive {
  return { kind: 'directive', name, args: args.map(token), block: items };
}

/** A directive with a comment above it, which says why the directive is there. */
export function because(comment: string | readonly string[], directive: Directive): Directive {
  return { ...directive, comment: typeof comment === 'string' ? [comment] : comment };
}

/** A headline with lines of comment below it. */
export function section(title: string, ...comment: readonly string[]): Section {
  return { kind: 'section', title, comment };
}

/** A line of a `map` or `geo`. */
export function entry(key: Arg, value: Arg, comment?: string): Entry {
  return { kind: 'entry', key: token(key), value: token(value), ...(comment === undefined ? {} : { comment }) };
}

/** The block `map source $variable { default …; entries }`: the variable gets the value of the entry that the source fits. */
export function map(source: Token, variable: Fact, fallback: Arg, entries: readonly Entry[]): Directive {
  return block('map', [source, $(variable)], [entry(DEFAULT, fallback), ...entries]);
}

/** The block `geo source $variable { default …; entries }`: the variable gets the value of the network that the address of the source is in. */
export function geo(source: Token, variable: Fact, fallback: Arg, entries: readonly Entry[]): Directive {
  return block('geo', [source, $(variable)], [entry(DEFAULT, fallback), ...entries]);
}
