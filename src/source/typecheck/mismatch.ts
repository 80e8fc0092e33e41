import { ts } from 'ts-morph';
import { isGivable, unionMembers } from './wanted.js';

/** A value whose type does not fit the place it stands in. */
export interface Mismatch {
  readonly node: ts.Expression;
  /** The property that it is the value of, or that it is an element of. */
  readonly key: string | null;
  /** The keys that are missing, quoted, if that is what is wrong: one entry for each member of a union that the value may have been meant as. */
  readonly missing: readonly string[];
  readonly source: ts.Type;
  /** Members of the union that was expected. */
  readonly target: Target;
}

type Target = readonly ts.Type[];

/**
 * The innermost literal that is at fault for what the compiler reports at a node. The compiler often reports the property far above it, and
 * never follows a constant to where it was written.
 */
export function mismatchAt(node: ts.Node, checker: ts.TypeChecker): Mismatch | undefined {
  const { parent } = node;
  const isNamed = (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) && parent.name === node;
  const expression = isNamed ? (parent.initializer ?? node) : node;
  return ts.isExpression(expression) ? innermost(expression, targetOf(expression, checker), null, checker) : undefined;
}

function targetOf(expression: ts.Expression, checker: ts.TypeChecker): Target {
  const list = ts.isArrayLiteralExpression(expression.parent) ? expression.parent : undefined;
  // A string has elements too, so the compiler's own answer for an element of `S[] | '*'` would be that any string fits.
  const expected = checker.getContextualType(list ?? expression);
  const members = expected === undefined ? [] : unionMembers(expected);
  return list === undefined ? members : elementTypes(members, checker);
}

function innermost(expression: ts.Expression, target: Target, key: string | null, checker: ts.TypeChecker): Mismatch | undefined {
  const node = written(expression, checker);
  const within = key ?? keyOf(expression);
  for (const part of partsOf(node, target, within, checker)) {
    if (part.target.length > 0 && !fits(part.value, part.target, checker)) return innermost(part.value, part.target, part.key, checker);
  }
  if (fits(node, target, checker)) return undefined;
  const missing = ts.isObjectLiteralExpression(node) ? missingKeys(node, target, checker) : [];
  return { node, key: within, missing, source: checker.getTypeAtLocation(node), target };
}

/** The expression itself, or the initializer of the constant that it names. */
function written(expression: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  const wrapped = ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression);
  if (wrapped) return written(expression.expression, checker);
  if (!ts.isIdentifier(expression)) return expression;
  const declaration = declarationOf(expression, checker);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return expression;
  const initializer = written(declaration.initializer, checker);
  return ts.isObjectLiteralExpression(initializer) || ts.isArrayLiteralExpression(initializer) ? initializer : expression;
}

function declarationOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Declaration | undefined {
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
  if (symbol === undefined) return undefined;
  return (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
}

interface Part {
  readonly value: ts.Expression;
  readonly key: string | null;
  readonly target: Target;
}

function partsOf(node: ts.Expression, target: Target, within: string | null, checker: ts.TypeChecker): readonly Part[] {
  if (ts.isArrayLiteralExpression(node)) {
    const elements = elementTypes(target, checker);
    return node.elements.filter((value) => !ts.isSpreadElement(value)).map((value) => ({ value, key: within, target: elements }));
  }
  if (!ts.isObjectLiteralExpression(node)) return [];
  const members = couldBe(node, target, checker);
  return propertiesOf(node).map(({ key, value }) => {
    const types = members.flatMap((member) => propertyType(member, key, checker) ?? []);
    return { value, key, target: types.flatMap(unionMembers) };
  });
}

function elementTypes(target: Target, checker: ts.TypeChecker): Target {
  const lists = target.filter((member) => checker.isArrayLikeType(member));
  return lists.flatMap((list) => checker.getIndexTypeOfType(list, ts.IndexKind.Number) ?? []).flatMap(unionMembers);
}

interface Property {
  readonly key: string;
  readonly value: ts.Expression;
}

function propertiesOf(literal: ts.ObjectLiteralExpression): readonly Property[] {
  return literal.properties.flatMap((property): readonly Property[] => {
    if (ts.isShorthandPropertyAssignment(property)) return [{ key: property.name.text, value: property.name }];
    return ts.isPropertyAssignment(property) ? [{ key: nameOf(property), value: property.initializer }] : [];
  });
}

/** The members of a union that a literal was probably meant as: those that know all its keys, narrowed by its tags (`kind: 'http'`). */
function couldBe(literal: ts.ObjectLiteralExpression, target: Target, checker: ts.TypeChecker): Target {
  const members = target.filter((member) => (member.flags & ts.TypeFlags.Object) !== 0 || member.isIntersection());
  const properties = propertiesOf(literal);
  const knowing = unlessEmpty(
    members.filter((member) => properties.every(({ key }) => propertyType(member, key, checker) !== undefined)),
    members,
  );
  const tagged = knowing.filter((member) =>
    properties.every(({ key, value }) => {
      const type = propertyType(member, key, checker);
      return type === undefined || !isTag(type) || fits(value, [type], checker);
    }),
  );
  return unlessEmpty(tagged, knowing);
}

function unlessEmpty(some: Target, all: Target): Target {
  return some.length > 0 ? some : all;
}

/** A key is a tag when its type is a single literal, or when its type forbids every value, so that the key must be left out. */
function isTag(type: ts.Type): boolean {
  return type.isStringLiteral() || !unionMembers(type).some(isGivable);
}

function propertyType(owner: ts.Type, key: string, checker: ts.TypeChecker): ts.Type | undefined {
  const property = checker.getPropertyOfType(owner, key);
  return property === undefined ? checker.getIndexTypeOfType(owner, ts.IndexKind.String) : checker.getTypeOfSymbol(property);
}

function fits(value: ts.Expression, target: Target, checker: ts.TypeChecker): boolean {
  const type = checker.getTypeAtLocation(value);
  return target.some((member) => checker.isTypeAssignableTo(type, member));
}

function keyOf(node: ts.Node): string | null {
  const property = ts.findAncestor(node, ts.isPropertyAssignment);
  return property === undefined ? null : nameOf(property);
}

function nameOf({ name }: ts.PropertyAssignment): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : name.getText();
}

function missingKeys(literal: ts.ObjectLiteralExpression, target: Target, checker: ts.TypeChecker): readonly string[] {
  const given = new Set(checker.getPropertiesOfType(checker.getTypeAtLocation(literal)).map(({ name }) => name));
  const sets = couldBe(literal, target, checker).map((member) =>
    checker.getPropertiesOfType(member).filter((property) => (property.flags & ts.SymbolFlags.Optional) === 0 && !given.has(property.name)),
  );
  const fewest = Math.min(...sets.map((set) => set.length));
  const shortest = sets.filter((set) => set.length === fewest && fewest > 0);
  return Array.from(new Set(shortest.map((set) => set.map(({ name }) => `"${name}"`).join(' and '))));
}
