import { compareFindings } from './order.js';
import { suppressionStale } from './rules/config/suppression-stale.js';
import type { Findings } from './run.js';
import type { ExceptionOutcome, Finding } from './types.js';

/** The findings of one environment; its name is null when the config declares none. */
export interface EnvironmentRun {
  readonly environment: string | null;
  readonly findings: Findings;
}

export interface MergedFinding {
  readonly finding: Finding;
  readonly environments: readonly string[];
}

/**
 * One list for a config with several environments, in which a problem of many environments is one finding. A suppression is shared by all
 * environments that do not replace `policy.suppress`, so it is stale only when no other environment uses it.
 */
export function mergeEnvironments(runs: readonly EnvironmentRun[]): readonly MergedFinding[] {
  const used = new Set(runs.flatMap(({ findings }) => findings.exceptions.filter(({ fate }) => fate === 'used').map(identity)));
  const merged = new Map<string, { finding: Finding; environments: string[] }>();
  for (const { environment, findings } of runs) {
    const usedElsewhere = findings.exceptions.filter((one) => IDLE.has(one.fate) && used.has(identity(one)));
    for (const finding of [...findings.findings, ...findings.suppressed]) {
      if (isAbout(finding, usedElsewhere)) continue;
      const key = JSON.stringify([finding.fingerprint, finding.severity, finding.suppressed]);
      const known = merged.get(key) ?? { finding, environments: [] };
      if (environment !== null) known.environments.push(environment);
      merged.set(key, known);
    }
  }
  return [...merged.values()].sort((a, b) => compareFindings(a.finding, b.finding));
}

const IDLE: ReadonlySet<ExceptionOutcome['fate']> = new Set(['unused', 'rule-off', 'unknown-path']);

function isAbout({ code, at }: Finding, exceptions: readonly ExceptionOutcome[]): boolean {
  return code === suppressionStale.code && exceptions.some(({ from }) => at === from || at.startsWith(`${from}.`));
}

/** An environment may replace the list of suppressions, so the same index can be another suppression there. */
function identity({ rule, path, from }: ExceptionOutcome): string {
  return JSON.stringify([rule, path, from]);
}
