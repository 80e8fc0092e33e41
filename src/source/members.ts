import { ts } from 'ts-morph';
import type { PathSegment } from '../diagnostics/diagnostic.js';
import { exported, local, type Meaning } from './exports.js';
import type { SyntaxGraph } from './syntax.js';

/** Something that may have members: an expression, or a module seen as an object. */
export type Value = ts.Expression | ts.SourceFile;

/** The result of looking up a member: where it was written, that it is absent, or that only running the config could tell. */
export type Member = Found | { readonly kind: 'absent' } | { readonly kind: 'unknown' };

export interface Found {
  readonly kind: 'found';
  readonly name: ts.Node | null;
  readonly value: Value | null;
  /** False when something is written after it that may replace it, and only running the config could tell. */
  readonly sure: boolean;
}

const ABSENT: Member = { kind: 'absent' };
const UNKNOWN: Member = { kind: 'unknown' };

/** A limit, because constants that refer to each other would be followed for ever. */
const DEEPEST = 100;

export function memberOf(graph: SyntaxGraph, owner: Value, segment: PathSegment, depth = 0): Member {
  if (depth > DEEPEST) return UNKNOWN;
  if (ts.isSourceFile(owner)) return memberOfModule(graph, owner, String(segment), depth);
  const branches = branchesOf(owner);
  if (branches !== undefined) {
    const possible = branches.map((branch) => memberOf(graph, branch, segment, depth + 1));
    return possible.every(({ kind }) => kind === 'absent') ? ABSENT : UNKNOWN;
  }
  const node = resolved(graph, owner, depth + 1);
  if (node === undefined) return UNKNOWN;
  if (node !== owner) return memberOf(graph, node, segment, depth + 1);
  if (ts.isObjectLiteralExpression(owner)) return memberOfObject(graph, owner, String(segment), depth);
  if (ts.isArrayLiteralExpression(owner)) return memberOfArray(graph, owner, Number(segment), depth);
  return isScalar(owner) ? ABSENT : UNKNOWN;
}

/** What a module exports under a name, as a member of it. */
export function memberOfModule(graph: SyntaxGraph, file: ts.SourceFile, name: string, depth = 0): Member {
  const meaning = exported(graph, file, name);
  if (meaning === undefined) return UNKNOWN;
  const value = valueOf(graph, meaning, depth);
  return value === undefined ? UNKNOWN : { kind: 'found', name: meaning.kind === 'module' ? null : meaning.name, value, sure: true };
}

function memberOfObject(graph: SyntaxGraph, object: ts.ObjectLiteralExpression, key: string, depth: number): Member {
  // Searched from the end: of two properties with one name the later one wins, and a spread overrides only what stands before it.
  let sure = true;
  for (const property of object.properties.toReversed()) {
    const member = memberOfProperty(graph, property, key, depth);
    if (member.kind === 'found') return { ...member, sure: sure && member.sure };
    if (member.kind === 'unknown') sure = false;
  }
  return sure ? ABSENT : UNKNOWN;
}

function memberOfProperty(graph: SyntaxGraph, property: ts.ObjectLiteralElementLike, key: string, depth: number): Member {
  if (ts.isSpreadAssignment(property)) return memberOf(graph, property.expression, key, depth + 1);
  const name = keyOf(graph, property.name, depth);
  if (name === undefined) return UNKNOWN;
  if (name !== key) return ABSENT;
  if (ts.isPropertyAssignment(property)) return { kind: 'found', name: property.name, value: property.initializer, sure: true };
  return { kind: 'found', name: property.name, value: ts.isShorthandPropertyAssignment(property) ? property.name : null, sure: true };
}

/** The text of a property's name; undefined when it is computed from more than constants. */
function keyOf(graph: SyntaxGraph, name: ts.PropertyName, depth: number): string | undefined {
  return ts.isComputedPropertyName(name) ? constantKey(graph, name.expression, depth) : name.text;
}

function constantKey(graph: SyntaxGraph, expression: ts.Expression, depth: number): string | undefined {
  const node = resolved(graph, expression, depth + 1);
  return node !== undefined && !ts.isSourceFile(node) && (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node))
    ? node.text
    : undefined;
}

function memberOfArray(graph: SyntaxGraph, list: ts.ArrayLiteralExpression, index: number, depth: number): Member {
  let count = 0;
  for (const element of list.elements) {
    const elements = ts.isSpreadElement(element) ? elementsOf(graph, element.expression, depth + 1) : [element];
    if (elements === undefined) return UNKNOWN;
    const value = elements[index - count];
    if (value !== undefined) return { kind: 'found', name: null, value, sure: true };
    count += elements.length;
  }
  return ABSENT;
}

function elementsOf(graph: SyntaxGraph, expression: ts.Expression, depth: number): readonly ts.Expression[] | undefined {
  const list = depth > DEEPEST ? undefined : resolved(graph, expression, depth + 1);
  if (list === undefined || !ts.isArrayLiteralExpression(list)) return undefined;
  const parts = list.elements.map((element) =>
    ts.isSpreadElement(element) ? elementsOf(graph, element.expression, depth + 1) : [element],
  );
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** What an expression stands for, through parentheses, `as`, constants and members of constants; undefined when only running it could tell. */
export function resolved(graph: SyntaxGraph, expression: Value, depth = 0): Value | undefined {
  if (depth > DEEPEST) return undefined;
  if (ts.isSourceFile(expression)) return expression;
  const follow = (next: Value | null | undefined): Value | undefined => (next ? resolved(graph, next, depth + 1) : undefined);
  if (isWrapper(expression)) return follow(expression.expression);
  if (ts.isIdentifier(expression)) {
    if (expression.text === 'undefined') return expression;
    const meaning = local(graph, expression.getSourceFile(), expression.text);
    return meaning && follow(valueOf(graph, meaning, depth));
  }
  if (ts.isPropertyAccessExpression(expression)) return follow(memberValue(graph, expression.expression, expression.name.text, depth));
  if (ts.isElementAccessExpression(expression)) {
    const key = constantKey(graph, expression.argumentExpression, depth);
    return key === undefined ? undefined : follow(memberValue(graph, expression.expression, key, depth));
  }
  if (ts.isCallExpression(expression)) return returnsItsArgument(expression.expression) ? follow(expression.arguments[0]) : undefined;
  return ts.isObjectLiteralExpression(expression) || ts.isArrayLiteralExpression(expression) || isScalar(expression)
    ? expression
    : undefined;
}

function valueOf(graph: SyntaxGraph, meaning: Meaning, depth: number): Value | undefined {
  if (meaning.kind === 'module') return meaning.file;
  if (meaning.kind === 'expression') return meaning.node;
  let value: Value | null | undefined = meaning.of;
  for (const segment of meaning.path) value = value && memberValue(graph, value, segment, depth);
  return value ?? undefined;
}

function memberValue(graph: SyntaxGraph, owner: Value, segment: PathSegment, depth: number): Value | null | undefined {
  const member = memberOf(graph, owner, segment, depth + 1);
  return member.kind === 'found' && member.sure ? member.value : undefined;
}

type Wrapper =
  ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression | ts.NonNullExpression | ts.TypeAssertion | ts.AwaitExpression;

function isWrapper(node: ts.Expression): node is Wrapper {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isAwaitExpression(node)
  );
}

/** True for the functions that are known to return their argument. Nothing is known of any other function. */
function returnsItsArgument(callee: ts.Expression): boolean {
  return /^(?:[\w$]+\.)?defineConfig$|^Object\.freeze$|^structuredClone$/.test(callee.getText());
}

/** The possible values of an expression that contains a condition. Undefined for any other expression. */
function branchesOf(node: ts.Expression): readonly ts.Expression[] | undefined {
  if (ts.isParenthesizedExpression(node)) return branchesOf(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (!ts.isBinaryExpression(node)) return undefined;
  const { kind } = node.operatorToken;
  // When the left side of `&&` is false, spreading the expression adds no members.
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return [node.right];
  return kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken ? [node.left, node.right] : undefined;
}

function isScalar(node: ts.Expression): boolean {
  const { kind } = node;
  return (
    ts.isLiteralExpression(node) ||
    kind === ts.SyntaxKind.TrueKeyword ||
    kind === ts.SyntaxKind.FalseKeyword ||
    kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined') ||
    (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand))
  );
}
