import { evaluate, type EvaluateOptions } from './evaluate.js';
import { findConfig } from './find.js';
import type { Loaded } from './types.js';

export interface LoadOptions extends EvaluateOptions {
  /** The config to load, relative to `cwd`. Default: `mcp.config.ts`, looked up from `cwd` upward. */
  readonly configFile?: string;
}

/** Finds, reads and evaluates the config. What is wrong with it comes back as diagnostics; nothing is thrown for it. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const found = findConfig(options.cwd, options.configFile);
  if (!found.ok) return { ok: false, diagnostics: [found.diagnostic], sources: null };
  // Not above: the compiler takes a third of a second to load, and whoever wants a type check starts it first, in another thread.
  const { collectGraph } = await import('./graph.js');
  const { modules, sources, diagnostics } = collectGraph(found.file, options.cwd);
  if (diagnostics.length > 0) return { ok: false, diagnostics, sources };
  const evaluated = await evaluate(found.file, modules, options);
  if (!evaluated.ok) return { ok: false, diagnostics: evaluated.diagnostics, sources };
  return { ok: true, value: evaluated.value, facts: { difference: evaluated.difference }, sources };
}
