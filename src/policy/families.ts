import type { RuleCode } from '../config/language/rules.js';

/**
 * Families of rules by the first digit of their codes. A family is a folder below `rules/`, here and among the tests. `origins`: which pages and host
 * names may call. `access`: who may call, over which connection, and how secrets are kept. `traffic`: routes, tenants, sessions, streams and probes.
 * `nginx` to `aws`: what one platform needs. `config`: the config itself, its promises and its exceptions.
 */
const FAMILIES = {
  1: 'origins',
  2: 'access',
  3: 'traffic',
  4: 'nginx',
  5: 'containers',
  6: 'kubernetes',
  7: 'fly',
  8: 'aws',
  9: 'config',
} as const;

export type Family = (typeof FAMILIES)[keyof typeof FAMILIES];

/** The family that a code belongs to; undefined for a text that is no code. */
export function familyOfCode(code: string): Family | undefined {
  const digit = /^MCP([1-9])\d{2}$/.exec(code)?.[1];
  const families: Readonly<Record<string, Family>> = FAMILIES;
  return digit === undefined ? undefined : families[digit];
}

/** Where a rule, its page and its test are, below `rules/` and without the ending: `origins/origin-wildcard`. */
export function placeOfRule({ code, slug }: { readonly code: RuleCode; readonly slug: string }): string {
  return `${familyOfCode(code)}/${slug}`;
}
