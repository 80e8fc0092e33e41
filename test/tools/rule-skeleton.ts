/**
 * A rule as it is laid: whole and passing from the first minute, so that it is written by changing one thing after another. It finds a deployment that is
 * called `rename-me`, and as long as its page has that word, `test/policy/laid-rules.test.ts` fails.
 */
import type { Family } from '#src/policy/families.js';

export interface NewRule {
  readonly code: string;
  readonly slug: string;
  readonly family: Family;
}

/** The name of a rule's value: `originWildcard`. */
export function valueName({ slug }: Pick<NewRule, 'slug'>): string {
  return slug.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function codeText(rule: NewRule): string {
  return `import type { Rule } from '../../types.js';

export const ${valueName(rule)}: Rule<'plan'> = {
  code: '${rule.code}',
  slug: '${rule.slug}',
  severity: 'warn',
  securitySeverity: 5,
  summary: 'a deployment is called rename-me',
  reads: ['plan'],
  *check({ plan }) {
    if (plan.name !== 'rename-me') return;
    yield {
      at: 'name',
      message: 'the deployment is called rename-me',
      help: 'give it a name of its own',
    };
  },
};
`;
}

export function pageText(): string {
  const config = (name: string): string => `\`\`\`ts
import { defineConfig } from 'mcpgen';

export default defineConfig({
  name: '${name}',
  servers: { search: { kind: 'http', instances: [{ url: 'https://search.acme.com/mcp' }] } },
});
\`\`\``;
  return `A deployment is called rename-me: one line that says what is found.

## Why

What happens where this is allowed, with the source: a measurement, a specification, or an incident.

## Bad

${config('rename-me')}

## Good

${config('acme-tools')}

## When to ignore

The cases in which it is right, for whoever writes the reason of a suppression.
`;
}

export function testText(rule: NewRule): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ${valueName(rule)} as rule } from '#src/policy/rules/${rule.family}/${rule.slug}.js';
import { found, planOf } from '../../support.js';

test('a deployment that is called rename-me is found', () => {
  assert.deepEqual(found(rule, { ...planOf(), name: 'rename-me' }), ['warn name']);
});

test('any other name is not', () => {
  assert.deepEqual(found(rule, planOf()), []);
});
`;
}
