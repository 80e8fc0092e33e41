import { ts } from 'ts-morph';
import type { SyntaxGraph } from './syntax.js';

/** What a name stands for: an expression that was written somewhere, or a whole module (`import * as`). */
export type Meaning =
  | { readonly kind: 'expression'; readonly node: ts.Expression; /** The name it was declared by. */ readonly name: ts.Node | null }
  | { readonly kind: 'member'; readonly of: ts.Expression; readonly path: readonly (string | number)[]; readonly name: ts.Node }
  | { readonly kind: 'module'; readonly file: ts.SourceFile };

/** What a module exports under a name. Undefined when the export is not written as a constant. */
export function exported(graph: SyntaxGraph, file: ts.SourceFile, name: string): Meaning | undefined {
  return findExport(graph, file, name, new Set());
}

function findExport(graph: SyntaxGraph, file: ts.SourceFile, name: string, seen: Set<ts.SourceFile>): Meaning | undefined {
  // Modules may re-export each other in a circle (`export *`).
  if (seen.has(file)) return undefined;
  seen.add(file);
  if (file.fileName.endsWith('.json')) return name === 'default' ? jsonValue(file) : undefined;
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) {
      if (name === 'default') return { kind: 'expression', node: statement.expression, name: null };
    } else if (ts.isVariableStatement(statement) && isExported(statement)) {
      const meaning = declaredBy(statement, name);
      if (meaning !== undefined) return meaning;
    } else if (ts.isExportDeclaration(statement)) {
      const meaning = reexported(graph, file, statement, name, seen);
      if (meaning !== undefined) return meaning;
    }
  }
  return undefined;
}

function jsonValue(file: ts.SourceFile): Meaning | undefined {
  const statement = file.statements[0];
  return statement && ts.isExpressionStatement(statement) ? { kind: 'expression', node: statement.expression, name: null } : undefined;
}

function isExported(statement: ts.VariableStatement): boolean {
  return statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function reexported(
  graph: SyntaxGraph,
  file: ts.SourceFile,
  statement: ts.ExportDeclaration,
  name: string,
  seen: Set<ts.SourceFile>,
): Meaning | undefined {
  const { exportClause, moduleSpecifier } = statement;
  const target = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? graph.imported(file, moduleSpecifier.text) : undefined;
  if (exportClause === undefined) return target && name !== 'default' ? findExport(graph, target, name, seen) : undefined;
  if (ts.isNamespaceExport(exportClause)) return target && exportClause.name.text === name ? { kind: 'module', file: target } : undefined;
  const specifier = exportClause.elements.find((element) => element.name.text === name);
  if (specifier === undefined) return undefined;
  const original = (specifier.propertyName ?? specifier.name).text;
  if (moduleSpecifier === undefined) return local(graph, file, original);
  return target && findExport(graph, target, original, seen);
}

/** What a name means at the top level of a file: a constant declared there, or something imported. */
export function local(graph: SyntaxGraph, file: ts.SourceFile, name: string): Meaning | undefined {
  for (const statement of file.statements) {
    const meaning = ts.isVariableStatement(statement)
      ? declaredBy(statement, name)
      : ts.isImportDeclaration(statement)
        ? importedBy(graph, file, statement, name)
        : undefined;
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

/** Only constants are followed: what a `let` variable holds cannot be told from its declaration. */
function declaredBy({ declarationList }: ts.VariableStatement, name: string): Meaning | undefined {
  if ((declarationList.flags & ts.NodeFlags.Const) === 0) return undefined;
  for (const { name: pattern, initializer } of declarationList.declarations) {
    if (initializer === undefined) continue;
    if (ts.isIdentifier(pattern)) {
      if (pattern.text === name) return { kind: 'expression', node: initializer, name: pattern };
    } else {
      const path = pathInPattern(pattern, name);
      if (path !== undefined) return { kind: 'member', of: initializer, path, name: pattern };
    }
  }
  return undefined;
}

/** In `const { limits: { body } } = shared`, the path of `body` in `shared`. Elements with a default value or a rest are left out, being uncertain. */
function pathInPattern(pattern: ts.BindingPattern, name: string): readonly (string | number)[] | undefined {
  for (const [index, element] of pattern.elements.entries()) {
    if (ts.isOmittedExpression(element) || element.dotDotDotToken !== undefined || element.initializer !== undefined) continue;
    const key = ts.isArrayBindingPattern(pattern) ? index : bindingKey(element);
    if (key === undefined) continue;
    if (ts.isIdentifier(element.name)) {
      if (element.name.text === name) return [key];
    } else {
      const inner = pathInPattern(element.name, name);
      if (inner !== undefined) return [key, ...inner];
    }
  }
  return undefined;
}

function bindingKey({ propertyName, name }: ts.BindingElement): string | undefined {
  const key = propertyName ?? name;
  return ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : undefined;
}

function importedBy(graph: SyntaxGraph, file: ts.SourceFile, statement: ts.ImportDeclaration, name: string): Meaning | undefined {
  const { importClause, moduleSpecifier } = statement;
  const target = ts.isStringLiteral(moduleSpecifier) ? graph.imported(file, moduleSpecifier.text) : undefined;
  if (importClause === undefined || target === undefined) return undefined;
  if (importClause.name?.text === name) return exported(graph, target, 'default');
  const bindings = importClause.namedBindings;
  if (bindings === undefined) return undefined;
  if (ts.isNamespaceImport(bindings)) return bindings.name.text === name ? { kind: 'module', file: target } : undefined;
  const specifier = bindings.elements.find((element) => element.name.text === name);
  return specifier && exported(graph, target, (specifier.propertyName ?? specifier.name).text);
}
