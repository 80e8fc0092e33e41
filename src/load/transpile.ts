import { ts } from 'ts-morph';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { locationOf, type Span } from '../source/position.js';

/** An import that remains when the code runs. Imports of types are gone by then. */
export interface Import extends Span {
  readonly specifier: string;
}

export interface Transpiled {
  readonly code: string;
  /** Source map as JSON. */
  readonly map: string;
  readonly imports: readonly Import[];
  readonly diagnostics: readonly Diagnostic[];
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  isolatedModules: true,
  sourceMap: true,
  allowJs: true,
};

/** Turns one TypeScript file into JavaScript, in memory and without looking at others, and lists the imports that remain. */
export function transpile(file: string, text: string, cwd: string): Transpiled {
  const imports: Import[] = [];
  const collect: ts.TransformerFactory<ts.SourceFile> = () => (source) => {
    imports.push(...importsOf(source));
    return source;
  };
  // Imports are collected after TypeScript has dropped those of types. What is left still knows its position in the source.
  const output = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: OPTIONS,
    reportDiagnostics: true,
    transformers: { after: [collect] },
  });
  const diagnostics = (output.diagnostics ?? []).map((diagnostic) => syntaxDiagnostic(file, text, diagnostic, cwd));
  return { code: output.outputText, map: output.sourceMapText ?? '', imports, diagnostics };
}

function importsOf(source: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node === undefined || !ts.isStringLiteralLike(node)) return;
    found.push({ specifier: node.text, start: ts.getOriginalNode(node).getStart(source), end: node.end });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function syntaxDiagnostic(file: string, text: string, diagnostic: ts.Diagnostic, cwd: string): Diagnostic {
  const start = diagnostic.start ?? 0;
  // The compiler reports a missing token as an empty span; a frame needs something to point at.
  const end = Math.min(start + Math.max(diagnostic.length ?? 0, 1), Math.max(text.length, start));
  return {
    code: 'syntax',
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
    help: null,
    place: { kind: 'location', location: locationOf(file, text, { start, end }, { cwd }) },
  };
}
