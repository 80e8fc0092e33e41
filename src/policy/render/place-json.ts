import type { Location } from '../../diagnostics/diagnostic.js';

/** A place of the config as all JSON of mcpgen has it: the path as text, lines and columns from 1. */
export interface PlaceJson {
  /** `servers.search.port`; empty for the whole config, null for a place that is no key's, such as a syntax error. */
  readonly path: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  /** Whether this is where the path was written, and not only the nearest place to it. */
  readonly exact: boolean;
}

export function placeJson(path: string | null, location: Location | null | undefined): PlaceJson {
  return {
    path,
    file: location?.file ?? null,
    line: location?.line ?? null,
    column: location?.column ?? null,
    endLine: location?.endLine ?? null,
    endColumn: location?.endColumn ?? null,
    exact: location?.exact ?? false,
  };
}
