/**
 * One mistake must not hide another: where the shape of some entries is wrong, the references of all others are still checked. So the parts that do
 * not validate are cut out, or replaced by a stand-in where their name may be referred to, until the rest validates.
 */
import type { z } from 'zod';
import type { ConfigPath, Diagnostic, PathSegment } from '../load/types.js';
import { deployment } from './schema/config.js';
import type { Model } from './model.js';

type Json = Record<PathSegment, unknown>;

const STAND_INS: Readonly<Record<string, unknown>> = {
  servers: { kind: 'stdio', command: ['stand-in'] },
  origins: 'https://stand-in.invalid',
  tenants: { match: { path: true } },
  strategies: { balance: 'round-robin' },
  clients: { keys: [{ secret: 'STAND_IN' }] },
};

export interface Salvaged {
  readonly model: Model;
  /** Whether a diagnostic speaks of something that was cut out. */
  readonly touches: (diagnostic: Diagnostic) => boolean;
}

export function salvage(value: unknown): Salvaged | null {
  const copy: unknown = structuredClone(value);
  const cut: ConfigPath[] = [];
  // Each round cuts at least one part, so a few rounds settle what can be settled.
  for (let round = 0; round < 8; round++) {
    const parsed = deployment.safeParse(copy);
    if (parsed.success) return { model: parsed.data, touches: touching(cut) };
    for (const issue of parsed.error.issues) for (const path of culprits(issue)) if (remove(copy, path)) cut.push(path);
  }
  return null;
}

function culprits(issue: z.core.$ZodIssue): ConfigPath[] {
  const path = issue.path as PathSegment[];
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

/** Cuts the value at `path`; what is missing takes the thing it is missing from with it. */
function remove(root: unknown, path: ConfigPath): boolean {
  if (path.length === 0) return false;
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Json | undefined)?.[key], root) as Json | undefined;
  const key = path.at(-1) as PathSegment;
  const isEntry = typeof path.at(-2) === 'string' && Object.hasOwn(STAND_INS, path.at(-2) as string) && (path.length === 2 || path[0] === 'auth');
  if (parent && Object.hasOwn(parent, key)) {
    if (isEntry) parent[key] = structuredClone(STAND_INS[path.at(-2) as string]);
    else if (Array.isArray(parent)) return remove(root, path.slice(0, -1));
    else delete parent[key];
    return true;
  }
  if (path.length === 1) {
    if (typeof root === 'object' && root !== null) (root as Json)[key] = key === 'name' ? 'stand-in' : { 'stand-in': STAND_INS[key] };
    return true;
  }
  return remove(root, path.slice(0, -1));
}

function touching(cut: readonly ConfigPath[]): (diagnostic: Diagnostic) => boolean {
  return ({ place }) =>
    place.kind === 'path' && cut.some((path) => path.slice(0, 2).every((key, i) => place.path[i] === key) && (path.length <= 2 || sameStart(path, place.path)));
}

function sameStart(a: ConfigPath, b: ConfigPath): boolean {
  return a.slice(0, b.length).every((key, i) => b[i] === key);
}
