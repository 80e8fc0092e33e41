/** Rules on tools, prompts and resources, with conditions on arguments. Which server a pattern names is checked in `../rule-consistency.ts`. */
import { z } from 'zod';
import { permissions } from './identity.js';
import { object } from './later.js';
import { text } from './scalars.js';
import { oneOf } from './unions.js';

const pattern = text(/^[^\0\s]{1,300}$/, 'a pattern without blanks, such as "files.get_*"');
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' });
const number = z.number({ error: 'expected a number' });

/** What one argument must be. One shape for every spelling: the table's. */
const condition = oneOf(
  [
    object({ equals: scalar }).transform(({ equals }) => ({ kind: 'in' as const, values: [equals] })),
    object({ in: z.array(scalar).min(1, { error: 'expected at least one value' }) }).transform((one) => ({ kind: 'in' as const, values: one.in })),
    object({ matches: z.string({ error: 'expected a glob, such as "report-*"' }) }).transform(({ matches }) => ({ kind: 'matches' as const, glob: matches })),
    object({
      under: text<`/${string}`>(
        /^(\/|(\/(?!\.{1,2}(\/|$))[^/\\%\0]+)+)$/,
        'an absolute path without "..", escapes and a slash at the end, such as "/srv/public"',
      ),
    }).transform(({ under }) => ({ kind: 'under' as const, path: under })),
    object({ min: number, max: number.optional() }).transform(({ min, max = null }) => ({ kind: 'range' as const, min, max })),
    object({ max: number }).transform(({ max }) => ({ kind: 'range' as const, min: null, max })),
    object({
      maxLength: number.int({ error: 'expected a whole number' }).min(0, { error: 'expected at least 0' }),
    }).transform(({ maxLength }) => ({ kind: 'length' as const, max: maxLength })),
    object({ present: z.boolean({ error: 'expected true or false' }) }).transform(({ present }) => ({ kind: 'present' as const, is: present })),
  ],
  { error: 'expected one of { equals }, { in }, { matches }, { under }, { min, max }, { maxLength } and { present }' },
);

const common = {
  kind: z.enum(['tool', 'prompt', 'resource']).optional(),
  args: z.record(text(/^[^\0]{1,200}$/, 'the name of an argument'), condition).default({}),
};
const needs = permissions.default([]);

export const itemRule = oneOf([object({ allow: pattern, ...common, needs }), object({ deny: pattern, ...common })], {
  error: "expected { allow: 'server.glob' } or { deny: 'server.glob' }",
});
