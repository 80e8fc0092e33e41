import { extname } from 'node:path';
import { ts } from 'ts-morph';
import { isRelative, resolveRelative } from './resolve.js';
import type { SourceGraph } from './source-graph.js';

/** The config's files as syntax trees, each parsed when it is first asked for. */
export interface SyntaxGraph {
  readonly config: ts.SourceFile | undefined;
  /** The file that a relative import means; undefined for packages. */
  readonly imported: (from: ts.SourceFile, specifier: string) => ts.SourceFile | undefined;
  /** All of them. */
  readonly all: () => readonly ts.SourceFile[];
}

// All findings and diagnostics of a run are located in the same sources. Without this map each of them would parse the sources again.
const parsed = new WeakMap<SourceGraph, SyntaxGraph>();

export function syntaxOf(sources: SourceGraph): SyntaxGraph {
  const known = parsed.get(sources) ?? parse(sources);
  parsed.set(sources, known);
  return known;
}

function parse(sources: SourceGraph): SyntaxGraph {
  const trees = new Map<string, ts.SourceFile>();
  const treeOf = (file: string): ts.SourceFile | undefined => {
    const text = sources.files.get(file);
    if (text === undefined) return undefined;
    const tree = trees.get(file) ?? ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, scriptKind(file));
    trees.set(file, tree);
    return tree;
  };
  return {
    config: treeOf(sources.configFile),
    all: () => [...sources.files.keys()].flatMap((file) => treeOf(file) ?? []),
    imported(from, specifier) {
      if (!isRelative(specifier)) return undefined;
      const file = resolveRelative(from.fileName, specifier, (candidate) => sources.files.has(candidate));
      return file === undefined ? undefined : treeOf(file);
    },
  };
}

function scriptKind(file: string): ts.ScriptKind {
  return extname(file) === '.json' ? ts.ScriptKind.JSON : ts.ScriptKind.Unknown;
}
