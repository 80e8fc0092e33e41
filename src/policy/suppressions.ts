import { closest } from '../diagnostics/closest.js';
import type { Plan } from '../plan/types.js';
import type { SuppressionPlan } from '../plan/policy-types.js';
import type { Traffic } from '../plan/traffic-types.js';
import { codeOf } from './rule-names.js';
import type { Rule } from './types.js';

export const isExpired = (suppression: SuppressionPlan, today: string): boolean => suppression.until !== null && suppression.until < today;
export const hasReason = (suppression: SuppressionPlan): boolean => suppression.reason.trim() !== '';

/** Whether a suppression is about a finding of `rule` at `at`: there, or at a path that encloses it. */
export function covers(suppression: SuppressionPlan, rule: Rule, at: string): boolean {
  return codeOf(suppression.rule) === rule.code && (at === suppression.path || at.startsWith(`${suppression.path}.`));
}

/** The names that may follow the head of a config path. Heads that are missing here hold no declared names, so any path below them may exist. */
const DECLARED: Readonly<Record<string, (traffic: Traffic) => readonly string[]>> = {
  'servers': ({ pools }) => pools.map(({ server }) => server),
  'origins': ({ origins }) => origins.map(({ name }) => name),
  'tenants': ({ tenants }) => tenants.map(({ name }) => name),
  'auth.clients': ({ clients }) => clients.map(({ name }) => name),
};
const HEADS = ['gateway', 'targets', 'policy', 'images', 'strategies', 'auth', ...Object.keys(DECLARED)];

/** Null for a path that can exist in this config; else the nearest one that does, or an empty string. */
export function pathFault(path: string, plan: Plan): string | null {
  const head = HEADS.filter((one) => path === one || path.startsWith(`${one}.`)).reduce(
    (long, one) => (one.length > long.length ? one : long),
    '',
  );
  if (head === '') return nearHead(path);
  const declared = DECLARED[head]?.(plan.traffic);
  const name = path.slice(head.length + 1).split('.', 1)[0] ?? '';
  if (!declared || name === '' || declared.includes(name)) return null;
  const near = closest(name, declared);
  return near === null ? '' : `${head}.${near}${path.slice(head.length + 1 + name.length)}`;
}

function nearHead(path: string): string {
  const [first = ''] = path.split('.', 1);
  const near = closest(first, HEADS);
  return near === null ? '' : near + path.slice(first.length);
}
