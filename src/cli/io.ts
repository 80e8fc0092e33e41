/** Everything of the outside world that a command uses. It is a value, so that tests can run the whole program in their own process. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTty: boolean;
  /** Milliseconds since the program started. */
  readonly clock: () => number;
  /** Today in UTC, `YYYY-MM-DD`. */
  readonly today: () => string;
}

/** Exit codes. Where several apply, the first of 70, 2, 3 and 1 wins. */
export const EXIT = { clean: 0, findings: 1, usage: 2, drift: 3, bug: 70 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
