/** The config file and everything it imports by relative path, as text. */
export interface SourceGraph {
  /** Absolute path of `mcp.config.ts`. */
  readonly configFile: string;
  /** Absolute path → text, the config file first. */
  readonly files: ReadonlyMap<string, string>;
}
