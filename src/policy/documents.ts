import { TARGETS, type Target } from '../emit/types.js';
import type { Plan } from '../plan/types.js';
import { wantedRules } from './severity.js';
import type { Reads, Rule } from './types.js';

/** The targets whose documents these rules read in this deployment. A rule that is turned off reads none, so nothing is emitted for it. */
export function documentsRead(rules: readonly Rule[], plan: Plan): readonly Target[] {
  const reads = new Set<Reads>(wantedRules(rules, plan).flatMap((rule) => rule.reads));
  return TARGETS.filter((target) => reads.has(target));
}
