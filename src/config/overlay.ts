/** Environments: each is the base with its overlay merged in. */
import type { ConfigPath, Diagnostic } from '../load/types.js';
import { didYouMean } from './closest.js';
import { isPlaceOf } from './places.js';
import { NAME } from './schema/scalars.js';

export interface Variant {
  /** Null when no environments are declared. */
  readonly environment: string | null;
  readonly value: unknown;
}
export interface Variants {
  readonly variants: readonly Variant[];
  readonly diagnostics: readonly Diagnostic[];
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Where the language has unions, and the key by which a value says which member it is (null: whatever is there replaces). A value that carries its tag
 * replaces the base's; one without is merged into it, or no environment could change `servers.x.replicas` alone.
 */
const UNIONS: readonly (readonly [path: string, tag: string | null])[] = [
  ['servers.*', 'kind'],
  ['gateway.tls', 'at'],
  ['targets.kubernetes.exposure', 'kind'],
  ['origins.*', null],
  ['tenants.*.match', null],
  ['servers.*.env.*', null],
  ['gateway.admin.readToken', null],
];
/** Objects whose keys are names the user declared. */
const NAMED = new Set(['servers', 'origins', 'tenants', 'strategies', 'auth.clients']);

export function variants(config: unknown): Variants {
  if (!isObject(config) || config['environments'] === undefined) return { variants: [{ environment: null, value: config }], diagnostics: [] };
  const { environments, ...base } = config;
  if (!isObject(environments) || Object.keys(environments).length === 0) {
    return { variants: [], diagnostics: [problem(['environments'], false, 'expected an object with at least one environment')] };
  }
  const diagnostics: Diagnostic[] = [];
  const names = Object.keys(environments).sort();
  for (const name of names) {
    if (!NAME.test(name)) diagnostics.push(problem(['environments', name], true, `"${name}" cannot be the name of an environment: lower case letters, digits and dashes`));
    if (isObject(environments[name])) inspect(base, environments[name], ['environments', name], [], diagnostics);
    else diagnostics.push(problem(['environments', name], false, 'expected an object'));
  }
  const merged = names.filter((name) => isObject(environments[name])).map((environment) => ({ environment, value: merge(base, environments[environment]) }));
  return { variants: merged, diagnostics };
}

/** What only makes sense relative to the base: entries that do not exist there, and keys no environment can change. */
function inspect(base: unknown, overlay: Json, where: ConfigPath, path: readonly string[], found: Diagnostic[]): void {
  for (const [key, value] of Object.entries(overlay)) {
    const inner = [...path, key];
    if (path.length === 0 && (key === 'name' || key === 'environments')) {
      found.push(problem([...where, key], true, `"${key}" cannot differ between environments`));
    } else if (NAMED.has(path.join('.')) && !(isObject(base) && Object.hasOwn(base, key))) {
      const known = isObject(base) ? Object.keys(base) : [];
      found.push(problem([...where, key], true, `"${key}" is not declared under ${path.join('.')}; an environment changes what the base declares${didYouMean(key, known)}`));
    } else if (isObject(value) && !replaces(value, inner)) {
      inspect(isObject(base) ? base[key] : undefined, value, [...where, key], inner, found);
    }
  }
}

function replaces(value: Json, path: readonly string[]): boolean {
  const union = UNIONS.find(([pattern]) => isPlaceOf(pattern, path));
  return union !== undefined && (union[1] === null || Object.hasOwn(value, union[1]));
}

function merge(base: unknown, overlay: unknown, path: readonly string[] = []): unknown {
  if (!isObject(overlay)) return overlay;
  const merged: Record<string, unknown> = isObject(base) && !replaces(overlay, path) ? { ...base } : {};
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = merge(Object.hasOwn(merged, key) ? merged[key] : undefined, value, [...path, key]);
  }
  return merged;
}

function problem(path: ConfigPath, key: boolean, message: string): Diagnostic {
  return { code: 'environment', message, help: null, place: { kind: 'path', path, key } };
}
