import { resolve } from 'node:path';
import type { Location } from '../../diagnostics/diagnostic.js';
import { maskOf, type Mask } from '../../diagnostics/mask.js';
import { secretsIn } from '../../source/secrets.js';
import type { SourceGraph } from '../../source/source-graph.js';

/** The text of the file a location is in, with its secrets covered up; null when it is not one of the config's. */
export function textOf(sources: SourceGraph, { file }: Location, cwd: string): string | null {
  return secretsIn(sources).covered.get(resolve(cwd, file)) ?? null;
}

/** Covers the secrets of a config in what is said about it. @param values those of the loaded value, which may be put together in ways no source shows */
export function maskFor(sources: SourceGraph | null, values: readonly string[] = []): Mask {
  return maskOf([...values, ...(sources === null ? [] : secretsIn(sources).texts)]);
}
