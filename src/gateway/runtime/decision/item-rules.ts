/**
 * Rules on what a caller may use of a server, by the server's own names. The first rule that matches decides, and where none does the answer is no. The same
 * rules decide calls and filter lists.
 */
import { denials } from './denial.js';
import { elementsReader, forgetArguments, LISTS, usesItems } from './item-use.js';
import type { Caller, ItemElement, ItemGrounds, ItemRules, ItemUse, ReadCondition, ServerRules } from './item-use.js';
import { isAmbiguous, readKeys, type ReadKeys } from './ambiguous.js';
import { conditionOf, type Condition } from './conditions.js';
import { globOf, type Glob } from './glob.js';
import { isOddUri, oddGlobOf } from './odd-uri.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { ItemKind, ItemRuleTable } from '../tables/rules.js';

interface Rule {
  readonly table: ItemRuleTable;
  /** Its place in the config. */
  readonly index: number;
  readonly matches: Glob;
  /** The same of a URI that a server may read as another. */
  readonly matchesOdd: Glob;
  readonly conditions: readonly Condition[];
  /** What its conditions read; null where it has none. */
  readonly reads: ReadKeys | null;
}

/** @throws where a tenant has the label of a rule set that is not there: without its rules it could use everything */
export function createItemRules(raw: GatewayTables): ItemRules {
  const sets = new Map(raw.ruleSets.map(([label, rules]) => [label, rules.map(ruleOf)]));
  const tenants = new Map(raw.tenants.map(([name, { tools }]) => [name, tools]));
  for (const [name, label] of tenants) if (label !== null && !sets.has(label)) throw new Error(`the tables have no rules ${label} of tenant ${name}`);
  const permissions = new Map(raw.pools.map(([server, table]) => [server, table.permissions]));
  const known = new Map<string, ServerRules | null>();

  const make = (tenant: string, server: string): ServerRules | null => {
    const label = tenants.get(tenant) ?? null;
    const rules = label === null ? null : (sets.get(label) ?? []).filter(({ table }) => table.server === null || table.server === server);
    const { call = null, list = null } = permissions.get(server) ?? {};
    return rules === null && call === null && list === null ? null : serverRules({ rules, call, list, tenant, server });
  };
  return {
    read: elementsReader([...sets.values()].some((rules) => rules.some(({ reads }) => reads !== null))),
    of: (tenant, server) => {
      // Names have no blanks.
      const key = `${tenant} ${server}`;
      let found = known.get(key);
      if (found === undefined) known.set(key, (found = make(tenant, server)));
      return found;
    },
    textOf: (tenant, server) => {
      const label = tenants.get(tenant) ?? null;
      return JSON.stringify([raw.ruleSets.find(([name]) => name === label)?.[1] ?? null, permissions.get(server) ?? null]);
    },
    readsAnswer: (asked, httpMethod) =>
      asked ? asked.shape === 'batch' || LISTS.has(asked.method) || asked.method.startsWith('resources/') : httpMethod === 'GET',
    denials,
    forget: forgetArguments,
  };
}

function ruleOf(table: ItemRuleTable, index: number): Rule {
  const conditions = table.args.map(([argument, condition]) => conditionOf(argument, condition));
  const reads = conditions.length === 0 ? null : readKeys(conditions.map(({ path }) => path));
  return { table, index, matches: globOf(table.name), matchesOdd: oddGlobOf(table), conditions, reads };
}

interface Scope {
  /** Null where the tenant may use all that its servers offer. */
  readonly rules: readonly Rule[] | null;
  readonly call: string | null;
  readonly list: string | null;
  readonly tenant: string;
  readonly server: string;
}

function serverRules({ rules, call, list, tenant, server }: Scope): ServerRules {
  const ofServer = call === null ? [] : [call];
  const callPath = `servers.${server}.permissions.call`;
  const rulePath = (index: number): string => `tenants.${tenant}.tools.${index}`;
  const meant = (kind: ItemKind, name: string): Rule[] => {
    const isOdd = kind === 'resource' && isOddUri(name);
    return (rules ?? []).filter(({ table, matches, matchesOdd }) => table.kinds.includes(kind) && (isOdd ? matchesOdd : matches)(name));
  };

  const judge = (item: ItemUse, caller: Caller): ItemGrounds | null => {
    const { kind, name, args, argsText, recorded } = item;
    const read: ReadCondition[] = [];
    const decidedBy = (at: string, grounds: ItemGrounds | null): ItemGrounds | null => {
      item.found = { conditions: read, at: grounds?.at ?? at };
      return grounds;
    };
    const none = `tenants.${tenant}.tools`;
    if (rules === null) return decidedBy(callPath, lacking(ofServer, [], caller, callPath, callPath));
    if (name === null) return decidedBy(none, { reason: 'item-denied', at: none });
    for (const { table, index, conditions, reads } of meant(kind, name)) {
      const at = rulePath(index);
      if (reads && argsText !== null && isAmbiguous(argsText, reads)) return decidedBy(at, { reason: 'body-duplicate-key', at });
      const isMet = conditions.every(({ holds, path, text }) => {
        const held = recorded ? recorded(text) : holds(args);
        read.push({ at: `${at}.args.${path.join('.')}`, text, held });
        return held === 'yes' || (held === 'unsure' && table.effect === 'deny');
      });
      if (!isMet) continue;
      return decidedBy(at, table.effect === 'deny' ? { reason: 'item-denied', at } : lacking(ofServer, table.needs, caller, callPath, at));
    }
    return decidedBy(none, { reason: 'item-denied', at: none });
  };

  const lists = (kind: ItemKind, name: string, caller: Caller): boolean => {
    const hides = (needed: readonly string[]): boolean => !caller.canStepUp && !hasAll(caller, needed);
    if (hides(list === null ? [] : [list]) || hides(ofServer)) return false;
    if (rules === null) return true;
    for (const { table, conditions } of meant(kind, name)) {
      // With other arguments the next rule decides.
      if (conditions.length > 0 && (table.effect === 'deny' || hides(table.needs))) continue;
      return table.effect === 'allow' && !hides(table.needs);
    }
    return false;
  };

  const listing = (caller: Caller): ItemGrounds | null => {
    const path = `servers.${server}.permissions.list`;
    // Who cannot get the permission sees that there is nothing.
    return list === null || !caller.canStepUp ? null : lacking([list], [], caller, path, path);
  };
  const judgeAll = (elements: readonly ItemElement[] | undefined, methods: readonly string[], caller: Caller): ItemGrounds | null => {
    // What has not been read cannot be judged.
    if (!elements) return methods.some((method) => usesItems(method)) ? { reason: 'item-denied', at: 'gateway' } : null;
    let found: ItemGrounds | null = methods.some((method) => LISTS.has(method)) ? listing(caller) : null;
    for (const item of elements.flatMap(({ items }) => items)) {
      const grounds = judge(item, caller);
      // A denial comes before a step that would not help.
      if (grounds?.reason === 'item-denied') return grounds;
      found ??= grounds;
    }
    return found;
  };
  return { judge, judgeAll, lists, listing, hasRules: rules !== null };
}

const hasAll = ({ permissions }: Caller, needed: readonly string[]): boolean => needed.every((one) => permissions.includes(one));

/** What the caller lacks of what the server and the rule ask for; null where that is nothing. */
function lacking(ofServer: readonly string[], ofRule: readonly string[], caller: Caller, serverPath: string, rulePath: string): ItemGrounds | null {
  if (hasAll(caller, ofServer) && hasAll(caller, ofRule)) return null;
  const at = hasAll(caller, ofServer) ? rulePath : serverPath;
  // All of this operation, so that one step is enough (RFC 6750 §3.1).
  return caller.canStepUp ? { reason: 'scope-insufficient', at, scopes: [...new Set([...ofServer, ...ofRule])] } : { reason: 'item-denied', at };
}
