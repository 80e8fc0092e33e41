/**
 * The runtime as it is, with one file changed: `tables.js` gets this config's tables, and loaders for the features it needs. Modules are found by
 * following imports from `main.js` and those loaders, so what no config needs is not there.
 */
import { posix } from 'node:path';
import { ALL_FEATURES, type Feature } from '../../gateway/runtime/features.js';
import type { GatewayTables } from '../../gateway/runtime/tables/gateway.js';
import type { EmittedFile } from '../types.js';
import { printTables } from './print-tables.js';

export interface BakeInput {
  readonly tables: GatewayTables;
  readonly features: readonly Feature[];
  /** Text of a compiled runtime module. */
  readonly module: (path: string) => string;
}

/** Files below `gateway/`. */
export function bake({ tables, features, module }: BakeInput): EmittedFile[] {
  const seam = bakeSeam(tables, features);
  const texts = new Map<string, string>([['tables.js', seam]]);
  const waiting = ['main.js', ...importsOf(seam, 'tables.js')];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = relayout(module(path));
    texts.set(path, text);
    waiting.push(...importsOf(text, path));
  }
  return [...texts].map(([path, contents]) => ({ path, contents })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A feature's module as its loader in the list names it, seen from the gateway's folder. */
function modulePath(feature: Feature): string {
  const path = /import\('\.(\/[^']+)'\)/.exec(String(ALL_FEATURES[feature]))?.[1];
  if (path === undefined) throw new Error(`runtime/features.ts does not say where ${feature} is`);
  return `./runtime${path}`;
}

function bakeSeam(tables: GatewayTables, features: readonly Feature[]): string {
  const loaders = features.map((feature) => `  ${feature}: () => import('${modulePath(feature)}'),\n`).join('');
  return [
    '/** The tables of this config and the parts of the runtime it needs: all that differs from one generated gateway to another. */',
    `export const TABLES = ${printTables(tables)};`,
    '',
    `export const FEATURES = {${loaders && `\n${loaders}`}};`,
    '',
  ].join('\n');
}

/**
 * A tighter layout than the compiler's: a tab for four spaces, `else` behind its brace, short branches and lists on one line, no spaces inside braces, no
 * parentheses around a single parameter, and of the comments only the sentence that introduces the module. A gateway is carried by ConfigMaps, where its size
 * counts, and the source has the other comments. Only such punctuation changes; a test keeps template literals of the runtime on one line.
 */
function relayout(text: string): string {
  return text
    .replace(/^ *\/\/.*\n/gm, '')
    .replace(/^ *\/\*\*(?:[^*]|\*(?!\/))*\*\/\n/gm, (comment, at: number) => (at === 0 ? firstSentence(comment) : ''))
    .replace(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4))
    .replace(/\}\n\t*(?=else\b|catch\b|finally\b)/g, '} ')
    .replace(/^(\t*(?:\} )?(?:(?:else )?if \(.*\)|else|for \(.*\)))\n\t+([^\n]*;)$/gm, '$1 $2')
    .replace(CODE, (code) => code.replace(/\{ /g, '{').replace(/ \}/g, '}'))
    .split('\n')
    .reduce(fillLists, [])
    .join('\n');
}

/** The part of a line in front of any text or pattern, which keep their spaces. */
const CODE = /^[^'"`/\n]+/gm;

/** Columns up to which the lines of a list are filled. */
const COLUMNS = 120;

/** A line of a list goes behind the one before it, where there is room. */
function fillLists(lines: string[], line: string): string[] {
  const before = lines.at(-1) ?? '';
  const item = line.trimStart();
  if (/[^}\]],$/.test(before) && !/^[\]})]/.test(item) && before.length + item.length < COLUMNS) lines[lines.length - 1] = `${before} ${item}`;
  else lines.push(line);
  return lines;
}

function firstSentence(comment: string): string {
  const text = comment.slice('/**'.length, -'*/\n'.length).replace(/\s*\n\s*\* ?/g, ' ').trim();
  return `// ${/^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text}\n`;
}

/** Relative imports of a compiled module, static and dynamic; paths from the gateway's folder. */
function importsOf(text: string, path: string): string[] {
  const found = text.matchAll(/^(?:import|export)\b[^'"\n]*?from ['"](\.[^'"]+)['"]|\bimport\(['"](\.[^'"?]+)['"]\)/gm);
  return [...found].map(([, fixed, dynamic]) => posix.join(posix.dirname(path), fixed ?? dynamic ?? ''));
}
