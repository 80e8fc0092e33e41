import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Location } from '../diagnostics/diagnostic.js';
import { locationOf, offsetAt } from '../source/position.js';
import { SECOND_MARK } from './disguise.js';
import type { ModuleGraph } from './graph.js';

/** The innermost place in the config's own files that a stack trace names, mapped back to the source. Null when it names none. */
export function locationFromStack(stack: string, modules: ModuleGraph, cwd: string): Location | null {
  // A link error names `file:///x.ts:3` on its first line; frames end in `file:///x.ts:3:7`.
  for (const [, url, line, column] of stack.matchAll(/(file:\/\/[^\s()]+?):(\d+)(?::(\d+))?(?=[\s)]|$)/g)) {
    const location = url === undefined ? null : locationIn(fileOf(url), Number(line), Number(column ?? 1), modules, cwd);
    if (location !== null) return location;
  }
  return null;
}

function fileOf(url: string): string {
  return fileURLToPath(url.replace(`file://${SECOND_MARK}`, 'file://'));
}

function locationIn(file: string, line: number, column: number, modules: ModuleGraph, cwd: string): Location | null {
  const module = modules.get(file);
  if (module === undefined) return null;
  const written = module.map === '' ? undefined : originalPlace(module.map, line, column);
  const start = offsetAt(module.text, written?.line ?? line, written?.column ?? column);
  // A stack trace only tells where something begins; the word or the sign there is underlined.
  const token = /^(?:[\w$]+|\S)/.exec(module.text.slice(start))?.[0].length ?? 0;
  return locationOf(file, module.text, { start, end: start + token }, { cwd });
}

function originalPlace(map: string, line: number, column: number): { line: number; column: number } | undefined {
  const payload: unknown = JSON.parse(map);
  const entry = new SourceMap(payload as ConstructorParameters<typeof SourceMap>[0]).findEntry(line - 1, column - 1);
  return 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : undefined;
}
