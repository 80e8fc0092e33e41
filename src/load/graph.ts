import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { cannotImport, isEffectful, PURE_BUILTINS_SPOKEN } from '../source/hermetic.js';
import { locationOf, printablePath } from '../source/position.js';
import { isRelative, resolveRelative } from '../source/resolve.js';
import type { SourceGraph } from '../source/source-graph.js';
import { isFile } from './is-file.js';
import { jsonModule, jsonProblems } from './json.js';
import { transpile, type Import } from './transpile.js';

/** One file of the config, ready to run. */
export interface Module {
  readonly file: string;
  readonly text: string;
  /** The JavaScript that runs. */
  readonly code: string;
  /** Source map from `code` to `text`, as JSON; empty for a JSON file. */
  readonly map: string;
  /** Relative specifiers and the files they name. */
  readonly imports: ReadonlyMap<string, string>;
  /** Imports of packages, which Node resolves when the config is evaluated. */
  readonly packages: readonly Import[];
}

/** The config and everything it imports by relative path, the config first. */
export type ModuleGraph = ReadonlyMap<string, Module>;

export interface GraphResult {
  readonly modules: ModuleGraph;
  readonly sources: SourceGraph;
  /** What is wrong with any of the files. The modules may only be run when this is empty. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the config and, transitively, what it imports by relative path. Imports of types are left out, because they do not run. */
export function collectGraph(configFile: string, cwd: string): GraphResult {
  const modules = new Map<string, Module>();
  const diagnostics: Diagnostic[] = [];
  const waiting = [configFile];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (modules.has(file)) continue;
    const read = readModule(file, cwd);
    modules.set(file, read.module);
    diagnostics.push(...read.diagnostics);
    waiting.push(...read.module.imports.values());
  }
  const files = new Map(Array.from(modules, ([file, module]) => [file, module.text]));
  return { modules, sources: { configFile, files }, diagnostics };
}

function readModule(file: string, cwd: string): { module: Module; diagnostics: readonly Diagnostic[] } {
  let text = '';
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const message = `cannot read ${printablePath(file, cwd)}: ${error instanceof Error ? error.message : String(error)}`;
    const module: Module = { file, text, code: '', map: '', imports: new Map(), packages: [] };
    return { module, diagnostics: [{ code: 'file-unreadable', message, help: null, place: { kind: 'none' } }] };
  }
  if (extname(file) === '.json') {
    const module: Module = { file, text, code: jsonModule(text), map: '', imports: new Map(), packages: [] };
    return { module, diagnostics: jsonProblems(file, text, cwd) };
  }
  const { code, map, imports, diagnostics } = transpile(file, text, cwd);
  const resolved = new Map<string, string>();
  const wrong = imports.flatMap((entry) => {
    const target = isRelative(entry.specifier) ? resolveRelative(file, entry.specifier, isFile) : undefined;
    if (target !== undefined) resolved.set(entry.specifier, target);
    return importProblem(entry, target).map((problem): Diagnostic => {
      return { ...problem, place: { kind: 'location', location: locationOf(file, text, entry, { cwd }) } };
    });
  });
  const packages = imports.filter(({ specifier }) => !isRelative(specifier));
  return { module: { file, text, code, map, imports: resolved, packages }, diagnostics: [...diagnostics, ...wrong] };
}

function importProblem({ specifier }: Import, target: string | undefined): readonly Omit<Diagnostic, 'place'>[] {
  if (isEffectful(specifier)) {
    const message = cannotImport(specifier);
    const help = `write the value into the config; of Node's modules it may use ${PURE_BUILTINS_SPOKEN}`;
    return [{ code: 'import-not-hermetic', message, help }];
  }
  if (!isRelative(specifier) || target !== undefined) return [];
  const help = 'a config imports TypeScript, JavaScript and JSON files';
  return [{ code: 'import-not-found', message: `cannot find '${specifier}'`, help }];
}
