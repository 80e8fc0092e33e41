/**
 * Checks names, and references from one part of the config to another. Both are read from the config as it was written and not from the model, so that a
 * wrong shape elsewhere neither hides a wrong reference nor makes a right one wrong. Where they stand is said in the schema.
 */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { closest, didYouMean } from '../diagnostics/closest.js';
import { placesThatMean } from './fields.js';
import { RULE_SLUGS } from './language/rules.js';
import { isObject, placesOf } from './places.js';
import { problem } from './problem.js';
import type { Named } from './schema/meaning.js';
import { NAME } from './schema/scalars.js';
import { SECTIONS, type PlacedSection } from './sections.js';

const FORM = 'a lower case letter, then at most 30 lower case letters, digits and dashes, no dash at the end';
const RULE_NAMES: ReadonlySet<string> = new Set(Object.entries(RULE_SLUGS).flat());

/** Where a name is referred to, and what it names. */
const REFERENCES = [...placesThatMean('refersTo')];

export function checkReferences(config: unknown): Diagnostic[] {
  return [...names(config), ...REFERENCES.flatMap((row) => [...references(config, ...row)]), ...ruleNames(config)];
}

function* names(config: unknown): Iterable<Diagnostic> {
  for (const { path: section, taken } of SECTIONS.values()) {
    for (const [path, entry] of placesOf(config, `${section}.*`)) {
      const name = String(path.at(-1));
      const is = NAME.test(name) ? taken(name, entry) : null;
      if (!NAME.test(name)) yield problem('name', path, `"${name}" cannot be a name: ${FORM}`, { key: true });
      else if (is !== null) yield problem('name', path, `"${name}" is ${is}`, { key: true });
    }
  }
}

function* references(config: unknown, place: string, what: Named): Iterable<Diagnostic> {
  const section = SECTIONS.get(what);
  const declared = section ? declaredIn(config, section) : null;
  if (!section || declared === null) return;
  for (const [path, name] of placesOf(config, place)) {
    if (typeof name === 'string' && !declared.includes(name) && !section.builtIn.includes(name)) yield unknown(name, section, declared, path);
  }
}

/** Null when the section itself is wrong: then that is said, and not every reference into it as well. */
function declaredIn(config: unknown, { path, atLeastOne }: PlacedSection): readonly string[] | null {
  let node = config;
  for (const key of path.split('.')) {
    if (!isObject(node)) return null;
    if (node[key] === undefined) return atLeastOne || isMisspelt(node, key) ? null : [];
    node = node[key];
  }
  const declared = isObject(node) ? Object.keys(node) : null;
  return atLeastOne && declared?.length === 0 ? null : declared;
}

const isMisspelt = (object: object, key: string): boolean => Object.keys(object).some((own) => closest(own, [key]) !== null);

function unknown(name: string, { what, path: section, builtIn }: PlacedSection, declared: readonly string[], path: ConfigPath): Diagnostic {
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
