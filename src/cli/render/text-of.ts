import { resolve } from 'node:path';
import type { Location } from '../../diagnostics/diagnostic.js';
import type { SourceGraph } from '../../source/source-graph.js';

/** The text of the file a location is in, or null when it is not one of the config's. */
export function textOf(sources: SourceGraph, { file }: Location, cwd: string): string | null {
  return sources.files.get(resolve(cwd, file)) ?? null;
}
