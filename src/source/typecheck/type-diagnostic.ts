import { isBuiltin } from 'node:module';
import { ts } from 'ts-morph';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { locationOf, type Span } from '../position.js';
import { whereFrom } from '../where-from.js';
import { mismatchAt, type Mismatch } from './mismatch.js';
import { KEEP_LITERALS, sayMismatch, suggestion, type Sentence } from './type-sentences.js';
import { isGivable, unionMembers } from './wanted.js';

/** The codes of TypeScript's messages, grouped by what they are about. */
const NOT_ASSIGNABLE = new Set([2322, 2345, 2739, 2740, 2741, 2820]);
const UNKNOWN_KEY = new Set([2353, 2561]);
const UNKNOWN_NAME = new Set([2304, 2552, 2580, 2584, 2591]);

/** The compiler's message as a diagnostic. It points at the value that is wrong, and says common mistakes in the words of the config. */
export function typeDiagnostic(diagnostic: ts.Diagnostic, file: ts.SourceFile, checker: ts.TypeChecker, cwd: string): Diagnostic {
  const span = { start: diagnostic.start ?? 0, end: (diagnostic.start ?? 0) + (diagnostic.length ?? 0) };
  const node = nodeAt(file, span);
  const said = node && say(diagnostic, node, checker);
  const { at, message, help } = said ?? { at: undefined, ...asTold(diagnostic) };
  const source = at?.getSourceFile() ?? file;
  const location = locationOf(source.fileName, source.text, at === undefined ? span : { start: at.getStart(), end: at.end }, { cwd });
  return { code: 'type', message, help, place: { kind: 'location', location } };
}

function say(diagnostic: ts.Diagnostic, node: ts.Node, checker: ts.TypeChecker): (Sentence & { at: ts.Node }) | undefined {
  if (UNKNOWN_KEY.has(diagnostic.code)) return { at: node, ...sayUnknownKey(node, checker) };
  if (UNKNOWN_NAME.has(diagnostic.code)) return { at: node, ...sayUnknownName(wordOf(node), asTold(diagnostic).message) };
  const mismatch = NOT_ASSIGNABLE.has(diagnostic.code) ? mismatchAt(node, checker) : undefined;
  if (mismatch === undefined) return undefined;
  if (mismatch.missing.length > 0) return { at: ownerOf(mismatch.node), ...sayMismatch(mismatch, checker) };
  return { at: mismatch.node, ...(isFragment(mismatch) ? sayFragment(diagnostic, mismatch, checker) : sayMismatch(mismatch, checker)) };
}

function asTold(diagnostic: ts.Diagnostic): Sentence {
  return { message: chain(diagnostic.messageText).at(-1) ?? '', help: null };
}

/** Uses the compiler's own words, which name the part that does not fit. The usual reason is that a constant lost its literal types. */
function sayFragment(diagnostic: ts.Diagnostic, { source }: Mismatch, checker: ts.TypeChecker): Sentence {
  const lines = chain(diagnostic.messageText);
  const path = lines.flatMap((line) => /^(?:The types|Types) of (?:property )?'([^']+)'/.exec(line)?.[1] ?? []).join('.');
  const isKept = checker.typeToString(source).includes('readonly ');
  return {
    message: `${path === '' ? '' : `${path}: `}${lines.at(-1) ?? ''}`,
    help: isKept ? null : KEEP_LITERALS,
  };
}

/** True for an object that is not written out at this place, but is a named constant, the result of a call or otherwise computed. */
function isFragment({ node, source }: Mismatch): boolean {
  return (source.flags & ts.TypeFlags.Object) !== 0 && !ts.isObjectLiteralExpression(node) && !ts.isArrayLiteralExpression(node);
}

function sayUnknownKey(node: ts.Node, checker: ts.TypeChecker): Sentence {
  const key = wordOf(node);
  const owner = ts.findAncestor(node, ts.isObjectLiteralExpression);
  const type = owner && checker.getContextualType(owner);
  return { message: `"${key}" is not a key here`, help: suggestion(key, type === undefined ? [] : keysOf(type, checker)) };
}

/** The keys of all members of a union. Keys that a member only declares in order to forbid them are not suggested. */
function keysOf(type: ts.Type, checker: ts.TypeChecker): readonly string[] {
  const properties = unionMembers(type).flatMap((member) => checker.getPropertiesOfType(member));
  const givable = properties.filter((property) => unionMembers(checker.getTypeOfSymbol(property)).some(isGivable));
  return Array.from(new Set(givable.map(({ name }) => name)));
}

const OF_NODE = [...Object.getOwnPropertyNames(globalThis), 'require', 'module', '__dirname', '__filename'];

function sayUnknownName(name: string, told: string): Sentence {
  if (!OF_NODE.includes(name) && !isBuiltin(name)) {
    // The compiler has found a name of this file that is nearly the same.
    const guess = /Did you mean '([^']+)'/.exec(told)?.[1];
    return { message: `"${name}" is not defined`, help: guess === undefined ? whereFrom(name) : `Did you mean "${guess}"?` };
  }
  const help = 'a config reads nothing but its own files: no environment, no timers, no network';
  return { message: `"${name}" is not there for a config`, help };
}

function wordOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

/**
 * What something is missing from, where `locate` would point at it: the name of the property, or `defineConfig` for the whole config.
 * Validation says the same of the same place, and what is said twice of one place is printed once.
 */
function ownerOf(node: ts.Expression): ts.Node {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent)) return parent.name;
  return ts.isCallExpression(parent) ? parent.expression : node;
}

/** The lines of a message, outermost first. The last one says what is wrong; those before it repeat it for ever larger types. */
function chain(message: string | ts.DiagnosticMessageChain): readonly string[] {
  if (typeof message === 'string') return [message];
  const next = message.next?.[0];
  return [message.messageText, ...(next === undefined ? [] : chain(next))];
}

function nodeAt(file: ts.SourceFile, { start, end }: Span): ts.Node | undefined {
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (start < node.pos || end > node.end) return undefined;
    return ts.forEachChild(node, visit) ?? (node.getStart(file) === start && node.end === end ? node : undefined);
  };
  return ts.forEachChild(file, visit);
}
