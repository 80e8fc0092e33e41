/** Rules of tenants. Tenants with the same rules share one set, so that a thousand of them do not make a thousand. */
import { parseItemPattern } from '../config/item-pattern.js';
import type { TenantModel } from '../config/model.js';
import type { ItemKind, ItemRuleTable } from '../gateway/runtime/tables/rules.js';
import { sortedEntries } from './sorted-entries.js';
import type { RuleSet } from './traffic-types.js';

export class RuleSets {
  readonly #labels = new Map<string, string>();
  readonly #sets: RuleSet[] = [];

  /** The label of the tenant's set: the name of the first tenant that has these rules. Null where it may use all that its servers offer. */
  add(tenant: string, { tools }: TenantModel): string | null {
    if (tools === undefined) return null;
    const rules = tools.map(planRule);
    const key = JSON.stringify(rules);
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    this.#labels.set(key, tenant);
    this.#sets.push({ id: tenant, rules });
    return tenant;
  }

  list(): RuleSet[] {
    return [...this.#sets].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

type RuleModel = NonNullable<TenantModel['tools']>[number];

/** Their order is kept: it decides. */
function planRule(rule: RuleModel): ItemRuleTable {
  const isAllowed = 'allow' in rule;
  const { server, name } = parseItemPattern(isAllowed ? rule.allow : rule.deny);
  const args = sortedEntries(rule.args);
  return { effect: isAllowed ? 'allow' : 'deny', server, name, kinds: kindsOf(rule), args, needs: isAllowed ? [...rule.needs].sort() : [] };
}

/** Only tools are called with arguments that a rule can judge. */
function kindsOf({ kind, args }: RuleModel): readonly ItemKind[] {
  if (kind !== undefined) return [kind];
  return Object.keys(args).length > 0 ? ['tool'] : ['prompt', 'resource', 'tool'];
}
