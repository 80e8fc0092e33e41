import { ts } from 'ts-morph';
import { closest } from '../../diagnostics/closest.js';
import type { Mismatch } from './mismatch.js';
import { wanted } from './wanted.js';

export interface Sentence {
  readonly message: string;
  readonly help: string | null;
}

/** Keys whose values name something declared elsewhere in the config. */
const REFERENCES: Readonly<Record<string, { readonly noun: string; readonly declared: string }>> = {
  server: { noun: 'server', declared: 'servers' },
  servers: { noun: 'server', declared: 'servers' },
  origins: { noun: 'origin', declared: 'origins' },
  strategy: { noun: 'strategy', declared: 'strategies' },
  client: { noun: 'client', declared: 'auth.clients' },
  tenant: { noun: 'tenant', declared: 'tenants' },
};

export const KEEP_LITERALS = 'a fragment that is written apart keeps its literals with `as const`';

/** More alternatives than this are not listed. */
const LISTABLE = 24;

export function sayMismatch({ node, key, missing, source, target }: Mismatch, checker: ts.TypeChecker): Sentence {
  if (missing.length > 0) return { message: `${missing.join(' or ')} is missing`, help: null };
  if (ts.isObjectLiteralExpression(node)) return sayWidened(checker.typeToString(source));
  const { names, others } = wanted(target, checker);
  const reference = key !== null && Object.hasOwn(REFERENCES, key) ? REFERENCES[key] : undefined;
  if (names.length === 0 && others.length === 0 && (key !== null || reference !== undefined)) return sayNothingFits(key, reference);
  if (ts.isStringLiteralLike(node) && names.length > 0) {
    const message = reference === undefined ? `'${node.text}' is not a value for this` : `no ${reference.noun} is named "${node.text}"`;
    return { message, help: suggestion(node.text, names) ?? expected(names, others) };
  }
  const help = names.length + others.length > 0 ? expected(names, others) : null;
  return { message: `${written(node, source, checker)} does not fit here`, help };
}

/** No value at all would fit: either nothing is declared that could be named here, or another key beside this one excludes it. */
function sayNothingFits(key: string | null, reference: { noun: string; declared: string } | undefined): Sentence {
  if (reference !== undefined) {
    const message = `no ${reference.noun} that could be named here is declared`;
    return { message, help: `declare one under ${reference.declared}, or leave this out` };
  }
  return { message: `"${key}" cannot stand beside what else is written here`, help: 'they exclude each other; keep one' };
}

/** Each part of the object fits and the whole does not: the compiler widened the type of a constant to `string`, where a name is expected. */
function sayWidened(type: string): Sentence {
  const message = `of this only ${type} is known where it is used`;
  return { message, help: KEEP_LITERALS };
}

/** Suggests the nearest of the known words. When none is near, all of them are listed, provided that they are few. */
export function suggestion(word: string, known: readonly string[]): string | null {
  const guess = closest(word, known);
  if (guess !== null) return `Did you mean "${guess}"?`;
  return known.length === 0 || known.length > LISTABLE ? null : `known: ${known.join(', ')}`;
}

function expected(names: readonly string[], others: readonly string[]): string | null {
  const list = [...names.map((name) => `'${name}'`), ...others];
  return list.length > LISTABLE ? null : `expected ${list.join(' or ')}`;
}

function written(node: ts.Expression, source: ts.Type, checker: ts.TypeChecker): string {
  return ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) ? node.getText() : checker.typeToString(source);
}
