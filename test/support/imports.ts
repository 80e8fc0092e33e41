import { dirname, join, relative, resolve } from 'node:path';
import { ts } from 'ts-morph';
import { ROOT } from './folder.js';

export interface Import {
  readonly from: string;
  /** For our own modules the path from the root of the repository; for others the specifier. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every import of a source file: imports of values and types, re-exports, and `import('…')` as an expression and as a type. */
export function importsOf(from: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ from, to: pathOf(from, specifier.text), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.Latest));
  return found;
}

function pathOf(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative(ROOT, resolve(join(ROOT, dirname(from)), specifier)).replace(/\.js$/, '.ts');
}
