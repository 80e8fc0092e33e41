/** What a run found out, as `--json` says it. */
import type { Authentication } from './authentication.js';
import type { Judged } from './goals.js';
import type { Result } from './results.js';

export interface ScenarioReport {
  readonly scenario: string;
  readonly about: string;
  /** Targets that could not run here, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly targets: readonly Result[];
}

export interface Report {
  /** The Node of the bench, the load and the upstream. */
  readonly node: string;
  /** Those under which the gateway and the pipe were measured. */
  readonly nodes: readonly string[];
  readonly processors: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly scenarios: readonly ScenarioReport[];
  /** Of credentials that have come before; null where no gateway was measured whose callers have tokens. */
  readonly authentication: Authentication | null;
  readonly goals: readonly Judged[];
}
