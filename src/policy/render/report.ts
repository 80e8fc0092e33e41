import type { Location } from '../../diagnostics/diagnostic.js';
import type { Severity } from '../../plan/policy-types.js';
import type { Finding } from '../types.js';

/** Where a finding's path was written, with the lines around it drawn by the caller, or null when there is no source to show. */
export interface Located extends Location {
  readonly frame: string | null;
}

export interface Reported {
  readonly finding: Finding;
  /** Null when no place in a file corresponds to the path. */
  readonly located: Located | null;
  /** Where the config paths that the finding names were written: its own, its related places, and what its fix edits. */
  readonly places: ReadonlyMap<string, Location>;
  /** The environments in which it was found; empty for a config that declares none. */
  readonly environments: readonly string[];
}

/** What a renderer is given: findings in their order, the suppressed ones among them. */
export interface Report {
  readonly reported: readonly Reported[];
  /** How many rules ran. */
  readonly rules: number;
  readonly milliseconds: number;
}

/** Severities as they are written out, for people and in JSON alike; input takes the short word as well. */
export const SEVERITY_WORDS: Readonly<Record<Severity, 'error' | 'warning' | 'info'>> = { error: 'error', warn: 'warning', info: 'info' };

/** The config paths that a finding names besides its own. */
export function pathsNamed({ related, fix }: Finding): readonly string[] {
  return [...related, ...(fix?.edits ?? [])].map(({ at }) => at);
}

export function countsOf({ reported }: Report): Readonly<Record<Severity | 'suppressed', number>> {
  const counts = { error: 0, warn: 0, info: 0, suppressed: 0 };
  for (const { finding } of reported) counts[finding.suppressed ? 'suppressed' : finding.severity]++;
  return counts;
}

/** The command that prints a rule's page. */
export function explainCommand(code: string): string {
  return `npx mcpgen explain ${code}`;
}
