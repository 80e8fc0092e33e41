/** Validation issues → diagnostics a person can act on: one for each thing that is wrong, at the place where it is. */
import type { z } from 'zod';
import type { ConfigPath, Diagnostic, PathSegment } from '../load/types.js';
import { closest } from './closest.js';
import { laterDiagnostic, laterKey, laterValue } from './later.js';

type Issue = z.core.$ZodIssue;

export function diagnose(issues: readonly Issue[], root: unknown): Diagnostic[] {
  const found = issues.flatMap((issue) => one(issue, [], root));
  // Where something of a later part was written, what it would have taken the place of is not missed.
  const later = new Set(found.filter(({ code }) => code === 'later').map(({ place }) => pathText(place, 1)));
  return found.filter(({ code, place }) => code !== 'missing' || !later.has(pathText(place, 0)));
}

const pathText = (place: Diagnostic['place'], up: number): string => (place.kind === 'path' ? JSON.stringify(place.path.slice(0, place.path.length - up)) : '');

function one(issue: Issue, prefix: ConfigPath, root: unknown): Diagnostic[] {
  const path = [...prefix, ...(issue.path as PathSegment[])];
  const value = at(root, path);
  const later = laterValue(path, value);
  if (later !== null) return [laterDiagnostic(`${JSON.stringify(value)}`, later, path, false)];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue));
    case 'invalid_union':
      return union(issue, path, root, value);
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) => one(inner, path, root));
    case 'invalid_value':
      return [value === undefined ? missing(path, `expected ${list(issue.values)}`) : oneOf(path, value, issue.values)];
    case 'invalid_type':
      return value === undefined && path.length > 0 ? [missing(path, issue.message)] : [diagnostic('type', path, sentence(issue.message, issue.expected, value))];
    default:
      return [diagnostic('value', path, issue.message)];
  }
}

/** A union fails in every branch; what helps is the branch the user was writing: the one that got furthest. */
function union(issue: z.core.$ZodIssueInvalidUnion, path: ConfigPath, root: unknown, value: unknown): Diagnostic[] {
  if (issue.discriminator !== undefined) return [discriminator(issue, path, root)];
  if (value === undefined) return [missing(path, issue.message)];
  const best = issue.errors.filter((errors) => errors.some(isSpecific)).sort((a, b) => score(a) - score(b))[0];
  const found = typeof value === 'object' && value !== null && best ? best.flatMap((error) => one(error, path, root)) : [];
  const later = found.filter(({ code }) => code === 'later');
  if (later.length > 0) return later;
  return found.length > 0 ? found : [diagnostic('type', path, issue.message)];
}

/** Says more than "this is another kind of value". */
function isSpecific(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom' || (issue.code === 'invalid_union' && issue.errors.some((errors) => errors.some(isSpecific)));
}

/** Keys that a branch does not know tell most that it is another that was meant; then a missing key or another kind of value. */
function score(errors: readonly Issue[]): number {
  return errors.reduce((sum, error) => sum + (error.code === 'unrecognized_keys' ? 4 * error.keys.length : isAnotherKind(error) ? 3 : 1), 0);
}

function isAnotherKind(error: Issue): boolean {
  return error.code === 'invalid_type' || error.code === 'invalid_union' || (error.code === 'invalid_value' && error.input === undefined);
}

function discriminator(issue: z.core.$ZodIssueInvalidUnion, path: ConfigPath, root: unknown): Diagnostic {
  const key = issue.discriminator ?? 'kind';
  const keyPath = path.at(-1) === key ? path : [...path, key];
  const tag = at(root, keyPath);
  const options = (issue as { options?: readonly unknown[] }).options ?? [];
  return tag === undefined ? missing(keyPath, `expected ${list(options)}`) : oneOf(keyPath, tag, options);
}

function unknownKey(path: ConfigPath, issue: z.core.$ZodIssueUnrecognizedKeys): Diagnostic {
  const key = String(path.at(-1));
  const part = laterKey(path);
  if (part !== null) return laterDiagnostic(`"${key}"`, part, path, true);
  const known = knownKeys(issue);
  const guess = closest(key, known);
  return {
    code: 'unknown-key',
    message: `"${key}" is not a key of ${place(path.slice(0, -1))}${guess ? `; did you mean "${guess}"?` : ''}`,
    help: guess || known.length === 0 ? null : `keys here: ${known.join(', ')}`,
    place: { kind: 'path', path, key: true },
  };
}

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

function oneOf(path: ConfigPath, value: unknown, options: readonly unknown[]): Diagnostic {
  const guess = typeof value === 'string' ? closest(value, options.map(String)) : null;
  return diagnostic('value', path, `expected ${list(options)}; got ${JSON.stringify(value)}${guess ? `; did you mean "${guess}"?` : ''}`);
}

function missing(path: ConfigPath, message: string): Diagnostic {
  const wanted = message.startsWith('Invalid input') ? '' : `: ${message}`;
  return { ...diagnostic('missing', path.slice(0, -1), `"${String(path.at(-1))}" is missing from ${place(path.slice(0, -1))}${wanted}`), place: { kind: 'path', path: path.slice(0, -1), key: true } };
}

const diagnostic = (code: string, path: ConfigPath, message: string): Diagnostic => ({ code, message, help: null, place: { kind: 'path', path, key: false } });
const place = (path: ConfigPath): string => (path.length === 0 ? 'the config' : path.join('.'));
const list = (options: readonly unknown[]): string => options.map((option) => `'${String(option)}'`).join(options.length === 2 ? ' or ' : ', ');

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
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<PathSegment, unknown>)[key] : undefined), root);
}
