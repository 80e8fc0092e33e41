/** What loading a config yields: a plain value, where each part of it was written, and what was noticed on the way. */

/** A place in a source file; lines and columns count from 1, columns in UTF-16 units. */
export interface Location {
  /** Relative to the working directory when below it, else absolute; for printing only. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** False when the exact property could not be found and this is the nearest enclosing one. */
  readonly exact: boolean;
}

export type PathSegment = string | number;
/** A path into the config: `['servers', 'search', 'port']`. */
export type ConfigPath = readonly PathSegment[];

/** The config file and everything it imports by relative path, as text. */
export interface SourceGraph {
  /** Absolute path of `mcp.config.ts`. */
  readonly configFile: string;
  /** Absolute path → text, the config file first. */
  readonly files: ReadonlyMap<string, string>;
}

/** Something wrong with the config: all of them are collected, none is thrown. */
export interface Diagnostic {
  /** Stable kebab-case code: `unknown-key`, `syntax`, `type`. */
  readonly code: string;
  readonly message: string;
  /** What would be right, as one sentence; null when the message already says it. */
  readonly help: string | null;
  readonly place:
    | { readonly kind: 'path'; readonly path: ConfigPath; /** Point at the property's name rather than its value. */ readonly key: boolean }
    | { readonly kind: 'location'; readonly location: Location }
    | { readonly kind: 'none' };
}

/** Facts about loading that rules judge. */
export interface LoadFacts {
  /** The first path at which two loads of the config differed, or null when they were equal (MCP903). */
  readonly difference: ConfigPath | null;
}

export type Loaded =
  | { readonly ok: true; readonly value: unknown; readonly facts: LoadFacts; readonly sources: SourceGraph }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly sources: SourceGraph | null };
