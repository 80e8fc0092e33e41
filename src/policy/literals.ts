import { urlOf } from '../config/url.js';
import type { ChildPlan } from '../plan/server-types.js';
import type { Plan } from '../plan/types.js';
import { isSecretUnder, secretIn } from '../diagnostics/secret-shapes.js';

/** A text of the config that is a secret, or that stands where a secret belongs. */
export interface SecretLiteral {
  readonly text: string;
  /** Variable or option that holds it. */
  readonly name: string | null;
  /** `variable TOKEN of search`. */
  readonly holder: string;
  /** `a GitHub token`, or null when only the name says so. */
  readonly what: string | null;
  readonly from: string;
}

/** Secrets in a plan, each at the most exact place that is known. */
export function secretLiterals(plan: Plan): readonly SecretLiteral[] {
  const exact = [...variables(plan), ...options(plan), ...queries(plan)];
  const texts = exact.map(({ text }) => text);
  // The walk through the whole plan meets variables and options again, as parts of longer texts. They are reported already.
  const rest = [...anywhere(plan)].filter((literal) => !texts.some((text) => literal.text.includes(text)));
  return [...new Map([...exact, ...rest].map((literal) => [`${literal.from} ${literal.text}`, literal])).values()];
}

function* judged(literal: Omit<SecretLiteral, 'what'>): Iterable<SecretLiteral> {
  const what = secretIn(literal.text);
  if (what !== null || (literal.name !== null && isSecretUnder(literal.name, literal.text))) yield { ...literal, what };
}

function* variables({ infra }: Plan): Iterable<SecretLiteral> {
  for (const { id, env, child } of infra.workloads) {
    for (const { name, value, from } of [...env, ...(child?.env ?? [])]) {
      if (value.kind === 'text') yield* judged({ text: value.text, name, holder: `variable ${name} of ${id}`, from });
    }
  }
}

/** `--api-key=…`, `--api-key …`, `-e API_KEY=…` and `--header 'X-Api-Key: …'` of stdio servers. */
function* options({ infra }: Plan): Iterable<SecretLiteral> {
  for (const { id, child, from } of infra.workloads) {
    for (const { option, value } of child ? optionsOf(child) : [])
      yield* judged({ text: value, name: option.replace(/^-+/, ''), holder: `${option} in the command of ${id}`, from: `${from}.command` });
  }
}

interface Option {
  readonly option: string;
  readonly value: string;
}

function optionsOf({ command }: ChildPlan): readonly Option[] {
  return command.flatMap((word, index): readonly Option[] => {
    const [, option, value] = /^(-{0,2}[A-Za-z_][\w-]*)=(.*)$/s.exec(word) ?? /^([A-Za-z][\w-]*): *(.+)$/s.exec(word) ?? [];
    if (option !== undefined && value !== undefined) return [{ option, value }];
    const next = command[index + 1];
    return /^--?[A-Za-z]/.test(word) && next !== undefined && !next.startsWith('-') ? [{ option: word, value: next }] : [];
  });
}

function* queries({ traffic }: Plan): Iterable<SecretLiteral> {
  for (const { server, sources, from } of traffic.pools) {
    for (const { url } of sources.local.kind === 'urls' ? sources.local.instances : []) {
      for (const [name, text] of urlOf(url)?.searchParams ?? []) {
        yield* judged({ text, name, holder: `parameter ${name} of an instance of ${server}`, from: `${from}.instances` });
      }
    }
  }
}

/** Every other text of the plan, by its shape alone: labels, descriptions, variables of `dev`. */
function* anywhere(node: unknown, from = ''): Iterable<SecretLiteral> {
  if (typeof node === 'string') yield* judged({ text: node, name: null, holder: from, from });
  if (typeof node !== 'object' || node === null) return;
  const own = 'from' in node && typeof node.from === 'string' ? node.from : from;
  for (const value of Object.values(node)) yield* anywhere(value, own);
}
