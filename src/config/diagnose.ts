/** Turns the issues of Zod into diagnostics that a person can act on: one for each mistake, at its place. */
import type { z } from 'zod';
import type { ConfigPath, Diagnostic, PathSegment } from '../diagnostics/diagnostic.js';
import { closest, didYouMean } from '../diagnostics/closest.js';
import { laterDiagnostic, laterKey, laterValue } from './later.js';
import { isPlaceOf } from './places.js';
import { problem, type Problem } from './problem.js';

type Issue = z.core.$ZodIssue;

export function diagnose(issues: readonly Issue[], root: unknown): Diagnostic[] {
  const found = told(issues, [], root);
  // A key of a later part may stand instead of a required one (`claim` for `client`): that one is not reported as missing.
  const later = new Set(found.filter(({ code }) => code === 'later').map(({ place }) => JSON.stringify(place.path.slice(0, -1))));
  return found.filter(({ code, place }) => code !== 'missing' || !later.has(JSON.stringify(place.path)));
}

function told(issues: readonly Issue[], prefix: ConfigPath, root: unknown): Problem[] {
  // A key that is missing and there under nearly its name is one mistake.
  const misspelt = new Set(issues.flatMap((issue) => guesses(issue).map((key) => JSON.stringify([...issue.path, key]))));
  const isEcho = (path: readonly PropertyKey[]): boolean =>
    misspelt.has(JSON.stringify(path)) && at(root, [...prefix, ...(path as PathSegment[])]) === undefined;
  return issues.filter(({ path }) => !isEcho(path)).flatMap((issue) => one(issue, prefix, root));
}

function guesses(issue: Issue): string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.flatMap((key) => closest(key, knownKeys(issue)) ?? []) : [];
}

function one(issue: Issue, prefix: ConfigPath, root: unknown): Problem[] {
  const path = [...prefix, ...(issue.path as PathSegment[])];
  const value = at(root, path);
  const later = laterValue(path, value);
  if (later !== null) return [laterDiagnostic(JSON.stringify(value), later, path, false)];
  const isMissing = value === undefined && typeof path.at(-1) === 'string';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue));
    case 'invalid_union':
      return union(issue, path, root, value);
    case 'invalid_key':
    case 'invalid_element':
      return told(issue.issues, path, root);
    case 'invalid_value':
      return [isMissing ? missing(path, `expected ${list(issue.values)}`) : oneOf(path, value, issue.values)];
    case 'invalid_type':
      return [isMissing ? missing(path, issue.message) : problem('type', path, sentence(issue.message, issue.expected, value), quotes([issue], value))];
    default:
      return [problem('value', path, issue.message)];
  }
}

/** A union fails in every branch; what helps is the branch the user was writing, the nearest one, or all of them where two are as near. */
function union(issue: z.core.$ZodIssueInvalidUnion, path: ConfigPath, root: unknown, value: unknown): Problem[] {
  if (issue.discriminator !== undefined) return [discriminator(issue, path, root)];
  if (value === undefined) return [missing(path, issue.message)];
  const branches = typeof value === 'object' && value !== null ? issue.errors.filter((errors) => errors.some(isSpecific)) : [];
  const [nearest, next] = [...branches].sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined) return [problem('type', path, issue.message, quotes(issue.errors.flat(), value))];
  const found = told(nearest, path, root);
  const later = found.filter(({ code }) => code === 'later');
  if (later.length > 0) return later;
  return next && distance(next) === distance(nearest) ? [problem('type', path, issue.message)] : found;
}

/** Says more than "this is another kind of value". */
function isSpecific(issue: Issue): boolean {
  if (issue.path.length > 0 || ['unrecognized_keys', 'custom', 'too_small'].includes(issue.code)) return true;
  return issue.code === 'invalid_union' && issue.errors.some((errors) => errors.some(isSpecific));
}

/** Keys that a branch does not know tell most that another is meant, unless they are nearly its own; then a missing key or another kind of value. */
function distance(errors: readonly Issue[]): number {
  return errors.reduce((sum, error) => {
    if (error.code === 'unrecognized_keys') return sum + 4 * error.keys.length - 2 * guesses(error).length;
    return sum + (isAnotherKind(error) ? 3 : 1);
  }, 0);
}

function isAnotherKind(error: Issue): boolean {
  return error.code === 'invalid_type' || error.code === 'invalid_union' || (error.code === 'invalid_value' && error.input === undefined);
}

function discriminator(issue: z.core.$ZodIssueInvalidUnion, path: ConfigPath, root: unknown): Problem {
  const key = issue.discriminator ?? 'kind';
  const keyPath = path.at(-1) === key ? path : [...path, key];
  const tag = at(root, keyPath);
  const options = (issue as { options?: readonly unknown[] }).options ?? [];
  return tag === undefined ? missing(keyPath, `expected ${list(options)}`) : oneOf(keyPath, tag, options);
}

function unknownKey(path: ConfigPath, issue: z.core.$ZodIssueUnrecognizedKeys): Problem {
  const key = String(path.at(-1));
  const part = laterKey(path);
  if (part !== null) return laterDiagnostic(`"${key}"`, part, path, true);
  const known = knownKeys(issue);
  const guess = closest(key, known);
  const elsewhere = ELSEWHERE.find(([pattern]) => isPlaceOf(pattern, path))?.[1];
  const message = `"${key}" is not a key of ${place(path.slice(0, -1))}`;
  if (elsewhere !== undefined) return problem('unknown-key', path, message, { help: elsewhere, key: true });
  const help = guess || known.length === 0 ? null : `keys here: ${known.join(', ')}`;
  return problem('unknown-key', path, `${message}${didYouMean(key, known)}`, { help, key: true });
}

const JWKS = "the URL of its keys: jwks: 'https://…'";
/** Keys that clients' configs and other gateways have, and what says the same here. */
const ELSEWHERE: readonly (readonly [pattern: string, instead: string])[] = [
  ['mcpServers', "servers, each with its kind: servers: { files: { kind: 'stdio', command: ['npx', …] } }"],
  ['servers.*.url', "a server that runs somewhere: kind: 'http', instances: [{ url: 'https://…' }]"],
  ['servers.*.headers', "transform: { request: { set: { 'X-Name': '…' } } }"],
  ['servers.*.upstream', "a stdio server is sent no headers; it has its credentials in its environment: env: { TOKEN: secret('TOKEN') }"],
  ['auth.jwt.jwksUri', JWKS],
  ['auth.jwt.#.jwksUri', JWKS],
  ['auth.jwt.jwks_uri', JWKS],
  ['auth.jwt.#.jwks_uri', JWKS],
  ['tenants.*.tools.#.deny', 'a rule allows or denies; the first one that matches decides, so write the narrower one before the other'],
  ['tenants.*.tools.#.needs', 'what is denied is denied whatever the caller may; allow it with needs, and where no rule matches the answer is no'],
  ['servers.*.type', "kind: 'http' or kind: 'stdio'"],
  ['servers.*.transport', "kind: 'http' or kind: 'stdio'"],
];

/** The schema that raised the issue knows its keys; `withKnownKeys` has put them where its message would stand. */
function knownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): string[] {
  return issue.message.split(' ').filter((key) => key !== '');
}

/** An error map for `safeParse`: lets an unknown key be compared with the known ones. */
export function withKnownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const definition = issue.inst?._zod.def as { shape?: object } | undefined;
  return Object.keys(definition?.shape ?? {}).join(' ');
}

function oneOf(path: ConfigPath, value: unknown, options: readonly unknown[]): Problem {
  const guess = typeof value === 'string' ? didYouMean(value, options.map(String)) : '';
  const help = isScalar(value) && options.includes(String(value)) ? `put it in quotes: '${value}'` : null;
  return problem('value', path, `expected ${list(options)}; got ${describe(value)}${guess}`, { help });
}

const isScalar = (value: unknown): value is number | boolean => typeof value === 'number' || typeof value === 'boolean';

/** `2` for `'2'` and the other way round: nearly right, and easily overlooked. */
function quotes(issues: readonly Issue[], value: unknown): { readonly help: string | null } {
  // A quantity without its unit has been told already what it lacks.
  const types = issues.filter(({ code, message }) => code === 'invalid_type' && !message.includes('a bare '));
  const expects = (type: string): boolean => types.some((issue) => 'expected' in issue && issue.expected === type);
  if (isScalar(value) && expects('string')) {
    const isFraction = typeof value === 'number' && !Number.isInteger(value);
    return { help: isFraction ? 'put it in quotes: a number loses the zero at its end' : `put it in quotes: '${value}'` };
  }
  const isWritten = typeof value === 'string' && (expects('number') ? /^\d+$/.test(value) : expects('boolean') && /^(true|false)$/.test(value));
  return { help: isWritten ? `leave the quotes out: ${value}` : null };
}

function missing(path: ConfigPath, message: string): Problem {
  const owner = path.slice(0, -1);
  const wanted = message.startsWith('Invalid input') ? '' : `: ${message}`;
  return problem('missing', owner, `"${String(path.at(-1))}" is missing from ${place(owner)}${wanted}`, { key: true });
}

const place = (path: ConfigPath): string => (path.length === 0 ? 'the config' : path.join('.'));
const quoted = (option: unknown): string => (typeof option === 'string' ? `'${option}'` : String(option));
const list = (options: readonly unknown[]): string => options.map(quoted).join(options.length === 2 ? ' or ' : ', ');

function sentence(message: string, expected: string, value: unknown): string {
  return message.startsWith('Invalid input') ? `expected ${KINDS[expected] ?? expected}; got ${describe(value)}` : message;
}

const KINDS: Readonly<Record<string, string>> = { record: 'an object', object: 'an object', array: 'a list', string: 'text', boolean: 'true or false' };

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

function at(root: unknown, path: ConfigPath): unknown {
  const step = (node: unknown, key: PathSegment): unknown =>
    typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Record<PathSegment, unknown>)[key] : undefined;
  return path.reduce(step, root);
}
