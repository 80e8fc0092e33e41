/**
 * Names, and references from one part of the config to another: every one that resolves nowhere is said. They are read from the config as it was
 * written, so that a wrong shape elsewhere hides none of them and makes none of them wrong.
 */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { closest, didYouMean } from '../diagnostics/closest.js';
import { laterDiagnostic, laterValue } from './later.js';
import { RULE_SLUGS } from './language/rules.js';
import { BALANCES, isBalance } from './language/strategies.js';
import { isObject, placesOf } from './places.js';
import { problem } from './problem.js';
import { NAME } from './schema/scalars.js';
import { SECTIONS, type Named } from './sections.js';

const FORM = 'a lower case letter, then at most 30 lower case letters, digits and dashes, no dash at the end';
const GENERATED = ['gateway', 'gateway-admin', 'nginx'];
/** Names that are something else's already, and whose. */
const TAKEN: Readonly<Partial<Record<Named, (name: string, value: unknown) => string | null>>> = {
  server: (name) => (GENERATED.includes(name) ? 'the name of a generated service; choose another' : null),
  // `weighted: { balance: 'weighted', retries: 2 }` gives the built-in one settings; with another balance it would not be what its name says.
  strategy: (name, value) => {
    const balance = isObject(value) ? value['balance'] : null;
    return isBalance(name) && typeof balance === 'string' && isBalance(balance) && balance !== name ? `a built-in strategy; its balance is "${name}", or choose another name` : null;
  },
};
const RULE_NAMES: ReadonlySet<string> = new Set(Object.entries(RULE_SLUGS).flat());

/** Where a name is referred to, and what it names. */
const REFERENCES: readonly (readonly [place: string, what: Named])[] = [
  ['servers.*.origins.#', 'origin'],
  ['servers.*.strategy', 'strategy'],
  ['tenants.*.servers.#', 'server'],
  ['tenants.*.origins.#', 'origin'],
  ['tenants.*.match.client', 'client'],
  ['tenants.*.match.#.client', 'client'],
  ['policy.expect.#.request.server', 'server'],
  ['policy.expect.#.request.as.client', 'client'],
  ['policy.expect.#.request.as.tenant', 'tenant'],
];

export function checkReferences(config: unknown): Diagnostic[] {
  return [...names(config), ...REFERENCES.flatMap((row) => [...references(config, ...row)]), ...ruleNames(config)];
}

function* names(config: unknown): Iterable<Diagnostic> {
  for (const [what, section] of Object.entries(SECTIONS) as [Named, string][]) {
    const taken = TAKEN[what];
    for (const [path, value] of placesOf(config, `${section}.*`)) {
      const name = String(path.at(-1));
      if (!NAME.test(name)) yield problem('name', path, `"${name}" cannot be a name: ${FORM}`, { key: true });
      else {
        const by = taken?.(name, value) ?? null;
        if (by !== null) yield problem('name', path, `"${name}" is ${by}`, { key: true });
      }
    }
  }
}

function* references(config: unknown, place: string, what: Named): Iterable<Diagnostic> {
  const declared = declaredIn(config, what);
  if (declared === null) return;
  for (const [path, name] of placesOf(config, place)) {
    const known: readonly string[] = what === 'strategy' ? [...declared, ...BALANCES] : declared;
    if (typeof name !== 'string' || known.includes(name)) continue;
    const part = laterValue(path, name);
    yield part === null ? unknown(name, what, declared, path) : laterDiagnostic(JSON.stringify(name), part, path, false);
  }
}

/** Null when the section itself is wrong: then that is said, and not every reference into it as well. */
function declaredIn(config: unknown, what: Named): readonly string[] | null {
  let node = config;
  for (const key of SECTIONS[what].split('.')) {
    if (!isObject(node)) return null;
    if (node[key] === undefined) return what === 'server' || isMisspelt(node, key) ? null : [];
    node = node[key];
  }
  const declared = isObject(node) ? Object.keys(node) : null;
  return what === 'server' && declared?.length === 0 ? null : declared;
}

const isMisspelt = (object: object, key: string): boolean => Object.keys(object).some((own) => closest(own, [key]) !== null);

function unknown(name: string, what: Named, declared: readonly string[], path: ConfigPath): Diagnostic {
  const section = SECTIONS[what];
  const builtIn = what === 'strategy' ? BALANCES : [];
  const guess = didYouMean(name, [...declared, ...builtIn]);
  const here = declared.length === 0 ? `nothing is declared under ${section}` : `declared under ${section}: ${declared.join(', ')}`;
  const help = builtIn.length === 0 ? here : `${here}; built in: ${builtIn.join(', ')}`;
  return problem('reference', path, `no ${what} is named "${name}"${guess}`, { help: guess ? null : help });
}

function* ruleNames(config: unknown): Iterable<Diagnostic> {
  for (const [path] of placesOf(config, 'policy.rules.*')) {
    const name = String(path.at(-1));
    if (!RULE_NAMES.has(name)) yield problem('rule', path, `no rule is called "${name}"${didYouMean(name, RULE_NAMES)}`, { key: true });
  }
}
