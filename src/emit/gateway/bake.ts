/**
 * The runtime as it is, with one file changed: `tables.js` gets this config's tables, and loaders for the features it needs. Modules are found by
 * following imports from `main.js` and those loaders, so what no config needs is not there.
 */
import { posix } from 'node:path';
import { Project, SyntaxKind } from 'ts-morph';
import type { GatewayTables } from '../../gateway/runtime/types.js';
import type { EmittedFile } from '../types.js';
import { printTables } from './print-tables.js';

export interface BakeInput {
  readonly tables: GatewayTables;
  /** Names of the loaders to keep, see `gateway/runtime/features.ts`. */
  readonly features: readonly string[];
  /** Text of a compiled runtime module. */
  readonly module: (path: string) => string;
}

/** Files below `gateway/`. */
export function bake({ tables, features, module }: BakeInput): EmittedFile[] {
  const seam = bakeSeam(reindent(module('tables.js')), tables, features);
  const texts = new Map<string, string>([['tables.js', seam]]);
  const waiting = ['main.js', ...importsOf(seam, 'tables.js')];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = reindent(module(path));
    texts.set(path, text);
    waiting.push(...importsOf(text, path));
  }
  return [...texts].map(([path, contents]) => ({ path, contents })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

const SEAM_COMMENT = '/** The tables of this config and the parts of the runtime it needs: all that differs from one generated gateway to another. */';

/** ts-morph finds the initialisers; the text around them is kept as it is, because its own printing would indent what it replaces. */
function bakeSeam(text: string, tables: GatewayTables, features: readonly string[]): string {
  const seam = new Project({ useInMemoryFileSystem: true }).createSourceFile('tables.js', text);
  const initializer = (name: string) => seam.getVariableDeclarationOrThrow(name).getInitializerOrThrow();
  const loaders = initializer('FEATURES').asKindOrThrow(SyntaxKind.ObjectLiteralExpression).getProperties();
  const kept = loaders.filter((loader) => features.includes(loader.asKindOrThrow(SyntaxKind.PropertyAssignment).getName()));
  const lines = kept.map((loader) => `  ${loader.getText()},\n`).join('');
  return `${SEAM_COMMENT}\nexport const TABLES = ${printTables(tables)};\n\nexport const FEATURES = {${lines && `\n${lines}`}};\n`;
}

/** The compiler prints four spaces where the source has two; a test keeps template literals of the runtime on one line. */
function reindent(text: string): string {
  return text.replace(/^ +/gm, (spaces) => spaces.slice(spaces.length >> 1));
}

/** Relative imports of a compiled module, static and dynamic; paths from the gateway's folder. */
function importsOf(text: string, path: string): string[] {
  const found = text.matchAll(/^(?:import|export)\b[^'"\n]*?from ['"](\.[^'"]+)['"]|\bimport\(['"](\.[^'"?]+)['"]\)/gm);
  return [...found].map(([, fixed, dynamic]) => posix.join(posix.dirname(path), fixed ?? dynamic ?? ''));
}
