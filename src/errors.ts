/**
 * What can go wrong outside of the config: something about the machine (exit code 2), or a bug in mcpgen (exit code 70). A mistake in the
 * config is a diagnostic and a policy problem is a finding; neither of the two is thrown.
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
  /** Any other error of the operating system. */
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
