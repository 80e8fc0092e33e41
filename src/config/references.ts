/**
 * Names, and references from one part of the config to another: every one that resolves nowhere is said. They are read from the config as it was
 * written, so that a wrong shape elsewhere hides none of them and makes none of them wrong.
 */
import type { ConfigPath, Diagnostic } from '../load/types.js';
import { didYouMean } from './closest.js';
import { laterDiagnostic, laterValue } from './later.js';
import { RULE_SLUGS } from './language/rules.js';
import { placesOf } from './places.js';
import { NAME } from './schema/scalars.js';

/** Names that generated services and files have already. */
const RESERVED_SERVERS = new Set(['gateway', 'gateway-admin', 'nginx']);
const RULE_NAMES: ReadonlySet<string> = new Set(Object.entries(RULE_SLUGS).flat());
const BUILT_IN = ['round-robin', 'least-connections'];
const GROUPS = ['servers', 'origins', 'tenants', 'strategies', 'auth.clients'] as const;
type Group = (typeof GROUPS)[number];

/** Where a name is referred to, what it names, and where that is declared. */
const REFERENCES: readonly (readonly [place: string, what: string, group: Group])[] = [
  ['servers.*.origins.#', 'origin', 'origins'],
  ['servers.*.strategy', 'strategy', 'strategies'],
  ['tenants.*.servers.#', 'server', 'servers'],
  ['tenants.*.origins.#', 'origin', 'origins'],
  ['tenants.*.match.client', 'client', 'auth.clients'],
  ['tenants.*.match.#.client', 'client', 'auth.clients'],
  ['policy.expect.#.request.server', 'server', 'servers'],
  ['policy.expect.#.request.as.client', 'client', 'auth.clients'],
  ['policy.expect.#.request.as.tenant', 'tenant', 'tenants'],
];

export function checkReferences(config: unknown): Diagnostic[] {
  return [...names(config), ...REFERENCES.flatMap((row) => [...references(config, ...row)]), ...ruleNames(config)];
}

function* names(config: unknown): Iterable<Diagnostic> {
  for (const group of GROUPS) {
    for (const [path] of placesOf(config, `${group}.*`)) {
      const name = String(path.at(-1));
      if (!NAME.test(name)) yield problem('name', path, `"${name}" cannot be a name: a lower case letter, then at most 30 lower case letters, digits and dashes, no dash at the end`);
      else if (group === 'servers' && RESERVED_SERVERS.has(name)) yield problem('name', path, `"${name}" is the name of a generated service; choose another`);
      else if (group === 'strategies' && BUILT_IN.includes(name)) yield problem('name', path, `"${name}" is a built-in strategy; choose another name`);
    }
  }
}

function* references(config: unknown, place: string, what: string, group: Group): Iterable<Diagnostic> {
  const declared = declaredIn(config, group);
  if (declared === null) return;
  const also = group === 'strategies' ? BUILT_IN : [];
  for (const [path, name] of placesOf(config, place)) {
    if (typeof name !== 'string' || declared.includes(name) || also.includes(name)) continue;
    const part = laterValue(path, name);
    if (part !== null) yield laterDiagnostic(JSON.stringify(name), part, path, false);
    else yield unknown(name, what, group, declared, also, path);
  }
}

/** Null when the group itself is wrong: then that is said, and not every reference into it as well. */
function declaredIn(config: unknown, group: Group): readonly string[] | null {
  let node = config;
  for (const key of group.split('.')) {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return null;
    if (!Object.hasOwn(node, key)) return group === 'servers' ? null : [];
    node = (node as Record<string, unknown>)[key];
  }
  if (node === undefined) return group === 'servers' ? null : [];
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return null;
  return group === 'servers' && Object.keys(node).length === 0 ? null : Object.keys(node);
}

function unknown(name: string, what: string, group: Group, declared: readonly string[], also: readonly string[], path: ConfigPath): Diagnostic {
  const guess = didYouMean(name, [...declared, ...also]);
  const here = declared.length === 0 ? `nothing is declared under ${group}` : `declared under ${group}: ${declared.join(', ')}`;
  const help = guess ? null : also.length === 0 ? here : `${here}; built in: ${also.join(', ')}`;
  return { code: 'reference', message: `no ${what} is named "${name}"${guess}`, help, place: { kind: 'path', path, key: false } };
}

function* ruleNames(config: unknown): Iterable<Diagnostic> {
  for (const [path] of placesOf(config, 'policy.rules.*')) {
    const name = String(path.at(-1));
    if (!RULE_NAMES.has(name)) yield problem('rule', path, `no rule is called "${name}"${didYouMean(name, RULE_NAMES)}`);
  }
}

/** Points at the name itself. */
function problem(code: string, path: ConfigPath, message: string): Diagnostic {
  return { code, message, help: null, place: { kind: 'path', path, key: true } };
}
