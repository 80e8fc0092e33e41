/** Plans in which no rule finds anything, and ways to see what one rule finds after one change. */
import type { ExpectationPlan } from '#src/plan/policy-types.js';
import type { OriginPlan, OriginRule } from '#src/plan/origin-types.js';
import type { Plan } from '#src/plan/types.js';
import type { TargetPlans } from '#src/plan/target-types.js';
import { runRules } from '#src/policy/run.js';
import type { Finding, Rule, RuleInput } from '#src/policy/types.js';
import { buildPlan, existing, type PlanOptions } from '../support/plan.js';

export const NO_TARGETS: TargetPlans = { nginx: null, compose: null, kubernetes: null, fly: null };
export const PINNED = `ghcr.io/acme/search:1.4.2@sha256:${'0123456789abcdef'.repeat(4)}`;
export const TODAY = '2026-11-20';

export function planOf(options: PlanOptions = {}): Plan {
  return buildPlan({
    servers: { search: existing('https://search.acme.test/mcp') },
    ...options,
    gateway: { replicas: 1, ...options.gateway },
    targets: { ...NO_TARGETS, ...options.targets },
  });
}

/** The same plan on loopback, where the profile is `local`. */
export function localPlanOf(options: PlanOptions = {}): Plan {
  const publicUrl = {
    href: 'http://127.0.0.1:8080',
    scheme: 'http',
    host: '127.0.0.1',
    port: 8080,
    isPublic: false,
    from: 'gateway',
  } as const;
  return planOf({ ...options, profile: 'local', traffic: { publicUrl, ...options.traffic } });
}

export function inputOf(plan: Plan, more: Partial<RuleInput> = {}): RuleInput {
  return {
    plan,
    load: { difference: null },
    today: TODAY,
    documents: {},
    decideExpectation: () => ({ decision: 'allow', status: null, reason: null, step: null }),
    ...more,
  };
}

/** One rule by itself, with nothing suppressed. */
export function runRule(rule: Rule, input: RuleInput): readonly Finding[] {
  return runRules([rule], input, { suppress: false }).findings;
}

export function findingsOf(rule: Rule, plan: Plan, more: Partial<RuleInput> = {}): readonly Finding[] {
  return runRule(rule, inputOf(plan, more));
}

/** `error origins.app`, one for each finding. */
export function found(rule: Rule, plan: Plan, more: Partial<RuleInput> = {}): readonly string[] {
  return findingsOf(rule, plan, more).map(({ severity, at }) => `${severity} ${at}`);
}

/** An origin under one name; written as it is matched, unless it is said how. */
export function origin(name: string, rule: OriginRule, written = spelled(rule)): OriginPlan {
  const from = `origins.${name}`;
  return { name, rules: [{ rule, written, from }], owner: null, reviewBy: null, note: null, from };
}

function spelled(rule: OriginRule): string {
  if (rule.kind === 'exact') return rule.origin;
  if (rule.kind === 'subdomain') return `${rule.scheme}://*${rule.suffix}${rule.port}`;
  return rule.kind === 'rejected' ? rule.written : rule.kind;
}

export function exact(origin: string): OriginRule {
  return { kind: 'exact', origin };
}

export function subdomains(of: string): OriginRule {
  return { kind: 'subdomain', scheme: 'https', suffix: `.${of}`, port: '' };
}

export function rejected(written: string, why: Extract<OriginRule, { kind: 'rejected' }>['why'], better: string | null = null): OriginRule {
  return { kind: 'rejected', written, why, better };
}

export function withOrigins(...origins: readonly OriginPlan[]): Plan {
  return planOf({ traffic: { origins } });
}

export function suppression(
  rule: string,
  path: string,
  more: Partial<Plan['policy']['suppressions'][number]> = {},
): Plan['policy']['suppressions'][number] {
  return { rule, path, reason: 'known', until: null, owner: null, from: 'policy.suppress.0', ...more };
}

export function expectation(
  decision: 'allow' | 'deny',
  more: Partial<ExpectationPlan['request']> = {},
  status: number | null = null,
): ExpectationPlan {
  const request = {
    path: '/mcp/search',
    method: 'POST',
    host: 'mcp.acme.test',
    origin: null,
    revision: '2026-07-28',
    client: null,
    tenant: null,
    address: '192.0.2.1',
    ...more,
  } as const;
  return { request, decision, status, from: 'policy.expect.0' };
}

/** Numbers that repeat for a seed (mulberry32); the seed is printed so that a failure can be run again. */
export function random(label: string): () => number {
  let state = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`# ${label}: SEED=${state}`);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
