/** Plans in which no rule finds anything, and ways to see what one rule finds after one change. */
import type { ExpectationPlan } from '#src/plan/policy-types.js';
import type { OriginPlan, OriginRule } from '#src/plan/origin-types.js';
import type { Plan } from '#src/plan/types.js';
import { runRules } from '#src/policy/run.js';
import type { Finding, Rule, RuleInput } from '#src/policy/types.js';
import { examplePlan, existing, type Changes } from '../support/example.js';
import type { Overrides } from '../support/planned.js';

const NO_TARGETS = { nginx: null, compose: null, kubernetes: null, fly: null } as const;
export const PINNED = `ghcr.io/acme/search:1.4.2@sha256:${'0123456789abcdef'.repeat(4)}`;
export const TODAY = '2026-11-20';

/** Changes to a config, and parts of the plan that replace what it says. */
type Changed = 'profile' | 'gateway' | 'auth' | 'tenants' | 'servers' | 'strategies' | 'targets' | 'images';
export type PlanOptions = Pick<Changes, Changed> & Omit<Overrides, 'profile'>;

export function planOf({ traffic = {}, infra = {}, policy = {}, ...changes }: PlanOptions = {}): Plan {
  const config: Changes = {
    servers: { search: existing('https://search.acme.test/mcp') },
    images: null,
    ...changes,
    gateway: { replicas: 1, ...changes.gateway },
    targets: { ...NO_TARGETS, ...changes.targets },
  };
  return examplePlan(config, { traffic, infra, policy });
}

/** The same plan on loopback, where the profile is `local`. */
export function localPlanOf(options: PlanOptions = {}): Plan {
  return planOf({ ...options, gateway: { url: null, ...options.gateway } });
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
    item: null,
    args: null,
    token: null,
    permissions: null,
    ...more,
  } as const;
  return { request, decision, status, from: 'policy.expect.0' };
}
