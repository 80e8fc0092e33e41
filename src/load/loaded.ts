import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import type { SourceGraph } from '../source/source-graph.js';

/** Facts about the load itself that policy rules judge. */
export interface LoadFacts {
  /** The first path at which two loads of the config differed, or null when they were equal (MCP903). */
  readonly difference: ConfigPath | null;
}

/** What loading a config yields: a plain value, what was noticed on the way, and the text that it was written in. */
export type Loaded =
  | { readonly ok: true; readonly value: unknown; readonly facts: LoadFacts; readonly sources: SourceGraph }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly sources: SourceGraph | null };
