import { readFileSync } from 'node:fs';
import type { Assets } from './emit/types.js';
import { placeOfRule } from './policy/families.js';
import type { Rule } from './policy/types.js';

/** The root of the package. This file is compiled to `dist/assets.js`, one folder below it. */
const ROOT = new URL('../', import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Text that ships with the package. */
export const assets: Assets = {
  gatewayModule: (path) => read(`dist/gateway/${path}`),
  template: (path) => read(`templates/${path}`),
};

/** The page of a rule, as `explain` prints it. */
export function rulePage(rule: Pick<Rule, 'code' | 'slug'>): string {
  return read(`src/policy/rules/${placeOfRule(rule)}.md`);
}

export function packageVersion(): string {
  return (JSON.parse(read('package.json')) as { version: string }).version;
}
