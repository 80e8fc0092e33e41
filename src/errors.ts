/**
 * What can go wrong outside the config: the machine (exit 2) or mcpgen itself (exit 70). A wrong config is a list of diagnostics and a
 * policy problem a finding; neither is thrown.
 */
const EXITS = {
  'permission-denied': 2,
  'not-a-directory': 2,
  'is-a-directory': 2,
  'disk-full': 2,
  /** Another build writes the same folder. */
  'build-running': 2,
  'lock-invalid': 2,
  /** The lock was written by a later mcpgen. */
  'lock-newer': 2,
  /** Any other refusal of the operating system. */
  'io': 2,
  'bug': 70,
} as const satisfies Record<string, 2 | 70>;

export type ErrorCode = keyof typeof EXITS;

export class McpgenError extends Error {
  override readonly name = 'McpgenError';
  readonly code: ErrorCode;
  readonly exit: 2 | 70;

  /** @param message names the path and says what to do, in whole sentences */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exit = EXITS[code];
  }
}
