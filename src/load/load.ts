import { evaluate, type EvaluateOptions } from './evaluate.js';
import { findConfig } from './find.js';
import type { GraphResult } from './graph.js';
import type { Loaded } from './loaded.js';

export interface LoadOptions extends EvaluateOptions {
  /** The config to load, relative to `cwd`. Default: `mcp.config.ts`, looked up from `cwd` upward. */
  readonly configFile?: string;
  /** The config's modules, when a compiler thread was started earlier. Default: they are collected in this thread. */
  readonly graph?: Promise<GraphResult>;
}

/** Finds, reads and evaluates the config. What is wrong with it comes back as diagnostics; nothing is thrown for it. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const found = findConfig(options.cwd, options.configFile);
  if (!found.ok) return { ok: false, diagnostics: [found.diagnostic], sources: null };
  const { modules, sources, diagnostics } = await (options.graph ?? collect(found.file, options.cwd));
  if (diagnostics.length > 0) return { ok: false, diagnostics, sources };
  const evaluated = await evaluate(found.file, modules, options);
  if (!evaluated.ok) return { ok: false, diagnostics: evaluated.diagnostics, sources };
  return { ok: true, value: evaluated.value, facts: { difference: evaluated.difference }, sources };
}

/** Imported only when needed: the compiler takes a third of a second to load, and some callers already have it in another thread. */
async function collect(configFile: string, cwd: string): Promise<GraphResult> {
  const { collectGraph } = await import('./graph.js');
  return collectGraph(configFile, cwd);
}
