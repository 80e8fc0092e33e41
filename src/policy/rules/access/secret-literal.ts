import { type SecretLiteral, secretLiterals } from '../../literals.js';
import { isSecretUnder, secretIn } from '../../../diagnostics/secret-shapes.js';
import type { EmittedTargets } from '../../../emit/registry.js';
import { TARGETS, type EmittedFile, type Target } from '../../../emit/types.js';
import type { Artefact, Problem, Rule } from '../../types.js';

const REPLACE = 'what was committed once is known: replace it where it is accepted';

export const secretLiteral: Rule<'plan' | Target> = {
  code: 'MCP205',
  slug: 'secret-literal',
  severity: 'error',
  localSeverity: 'warn',
  securitySeverity: 8.6,
  summary: 'a secret is written into the config',
  reads: ['plan', ...TARGETS],
  *check({ plan, documents }) {
    const literals = secretLiterals(plan);
    for (const literal of literals) yield { ...problem(literal), artefacts: shownIn(literal, documents), sensitive: true };

    const known = literals.flatMap(({ text }) => spellings(text));
    for (const [target, { document, files }] of Object.entries(documents)) {
      const at = target === 'gateway' ? 'gateway' : `targets.${target}`;
      for (const { file, line, what } of unexplained(files, known)) {
        yield {
          at,
          message: `generated ${file} holds ${what}`,
          help: `name it with secret('NAME') where it comes from; ${REPLACE}`,
          artefacts: [{ file, line }],
          sensitive: true,
        };
      }
      for (const name of namedSecrets(document, new Set(known))) {
        yield {
          at,
          message: `the ${target} document gives ${name} a literal value`,
          help: `name it with secret('${name}'); ${REPLACE}`,
          sensitive: true,
        };
      }
    }
  },
};

function problem({ name, holder, what, from }: SecretLiteral): Problem {
  const reference = `secret('${(name ?? 'NAME').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}')`;
  const isVariable = holder.startsWith('variable');
  const help = isVariable ? `write ${reference}` : `pass it as a variable instead: env: { … ${reference} }`;
  return {
    at: from,
    message: `${holder} holds ${what ?? 'its secret as text'}, which is committed with every generated file`,
    help: `${help}; ${REPLACE}`,
    ...(isVariable ? { fix: { title: `write ${reference}, with secret imported from mcpgen`, edits: [{ at: from, text: reference }] } } : {}),
  };
}

function shownIn({ text, name }: SecretLiteral, documents: EmittedTargets): readonly Artefact[] {
  const isDistinct = text.length >= 12;
  const forms = spellings(text);
  const shows = (line: string): boolean =>
    forms.some((form) => line.includes(form)) && (isDistinct || (name !== null && line.includes(name)));
  return Object.values(documents).flatMap(({ files }) =>
    files.flatMap(({ path, contents }) => linesThat(contents, shows).map((line) => ({ file: path, line }))),
  );
}

/** A text as it may appear in a file: as it is, escaped as in JSON and YAML, or line by line. */
function spellings(text: string): readonly string[] {
  return [...new Set([text, JSON.stringify(text).slice(1, -1), ...text.split('\n').map((line) => line.trim())])].filter(
    (form) => form.length >= 3,
  );
}

function linesThat(contents: string, wanted: (line: string) => boolean): readonly number[] {
  return contents.split('\n').flatMap((line, index) => (wanted(line) ? [index + 1] : []));
}

/** Lines with a secret that is none of those the plan accounts for. */
function* unexplained(files: readonly EmittedFile[], known: readonly string[]): Iterable<Artefact & { readonly what: string }> {
  for (const { path: file, contents } of files) {
    for (const [index, line] of contents.split('\n').entries()) {
      if (secretIn(line) === null) continue;
      const what = secretIn(known.reduce((rest, text) => rest.replaceAll(text, ' '), line));
      if (what !== null) yield { file, line: index + 1, what };
    }
  }
}

/** Variables with a literal secret anywhere in a document: `{ DB_PASSWORD: 'x' }` and `{ name: 'DB_PASSWORD', value: 'x' }`. */
function* namedSecrets(node: unknown, known: ReadonlySet<string>): Iterable<string> {
  if (typeof node !== 'object' || node === null) return;
  const pairs = Array.isArray(node) ? [] : Object.entries(node);
  if ('name' in node && 'value' in node && typeof node.name === 'string') pairs.push([node.name, node.value]);
  for (const [name, value] of pairs) {
    if (/^[A-Z][A-Z0-9_]*$/.test(name) && typeof value === 'string' && !known.has(value) && isSecretUnder(name, value)) yield name;
  }
  for (const value of Object.values(node)) yield* namedSecrets(value, known);
}
