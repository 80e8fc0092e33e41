/** What is said about a config that is wrong, and where in it. Every stage finds such problems, so every stage may import this. */

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

/** Something wrong with the config. All of them are collected; none is thrown. */
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
