import type { Given } from './args.js';
import type { Io } from './io.js';

/** What every command is run with: the world, and what was said on the command line. */
export interface Context {
  readonly io: Io;
  readonly given: Given;
  readonly colour: boolean;
  /** `--cwd`, resolved. */
  readonly cwd: string;
}
