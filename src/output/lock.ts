/**
 * `mcpgen.lock.json` lists which files below the output folder are ours, and what we last wrote into them. One lock serves all environments.
 *
 * A file is ours while the lock lists its hash for its path. During a write the lock lists both the new hash (`files`) and the hash that is
 * still on disk (`pending`), so that a build which is killed at any moment only leaves files that the next build recognises.
 */
import type { GroupKey } from './groups.js';
import { pathFault } from './paths.js';

const FORMAT_VERSION = 1;

export interface Lock {
  /** Version of the mcpgen that wrote it. */
  readonly generator: string;
  readonly groups: readonly LockedGroup[];
}

export interface LockedGroup extends GroupKey {
  readonly config: string;
  /** Path from the output folder → sha256. */
  readonly files: ReadonlyMap<string, string>;
  /** Path → hashes that may still be on disk until the write is complete. A path that is only listed here is being removed. */
  readonly pending: ReadonlyMap<string, readonly string[]>;
}

export const EMPTY_LOCK: Lock = { generator: '', groups: [] };

/** Path → every hash under which the file is ours, over all groups. */
export function ownHashes(lock: Lock): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Map<string, Set<string>>();
  const add = (path: string, hashes: readonly string[]): void => {
    const known = own.get(path) ?? new Set();
    own.set(path, known);
    for (const hash of hashes) known.add(hash);
  };
  for (const { files, pending } of lock.groups) {
    for (const [path, hash] of files) add(path, [hash]);
    for (const [path, hashes] of pending) add(path, hashes);
  }
  return own;
}

/** Every path that these groups list. */
export function listedPaths(lock: Lock, which: (group: GroupKey) => boolean): ReadonlySet<string> {
  return new Set(lock.groups.filter(which).flatMap(({ files, pending }) => [...files.keys(), ...pending.keys()]));
}

/** The lock as text. Everything is sorted, so that equal locks give equal bytes. */
export function printLock(lock: Lock): string {
  const environments: Record<string, Record<string, unknown>> = Object.create(null);
  for (const group of sorted(lock.groups, ({ environment, target }) => `${environment ?? ''}\0${target}`)) {
    // The objects have no prototype, because "__proto__" is a valid name of a target.
    const targets = (environments[group.environment ?? ''] ??= Object.create(null) as Record<string, unknown>);
    targets[group.target] = {
      config: group.config,
      files: Object.fromEntries(sorted(group.files, ([path]) => path)),
      ...(group.pending.size > 0 && { pending: Object.fromEntries(sorted(group.pending, ([path]) => path)) }),
    };
  }
  return `${JSON.stringify({ formatVersion: FORMAT_VERSION, generator: lock.generator, environments }, null, 2)}\n`;
}

function sorted<T>(items: Iterable<T>, key: (item: T) => string): readonly T[] {
  return [...items].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

export type ParsedLock =
  | { readonly ok: true; readonly lock: Lock }
  /** `newer`: a later mcpgen wrote it. `problem` completes the sentence "the lock …". */
  | { readonly ok: false; readonly newer: boolean; readonly problem: string };

/** Reads the text of a lock. It comes from a repository, perhaps through a merge, so everything in it is checked. */
export function parseLock(text: string): ParsedLock {
  if (/^(<{7}|={7}|>{7})/m.test(text)) return invalid('has merge conflict markers');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return invalid(`is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  try {
    return { ok: true, lock: readLock(value) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, newer: error.newer, problem: error.message };
    throw error;
  }
}

const invalid = (problem: string): ParsedLock => ({ ok: false, newer: false, problem });

/** What is wrong with a lock. It is caught in this file; without it every reader below would have to return a result. */
class Fault extends Error {
  readonly newer: boolean;
  constructor(message: string, newer = false) {
    super(message);
    this.newer = newer;
  }
}

function readLock(value: unknown): Lock {
  const lock = object(value, 'the file');
  const version = lock['formatVersion'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw new Fault('has no valid "formatVersion"');
  if (version > FORMAT_VERSION) throw new Fault(`has format version ${version}, and this mcpgen knows ${FORMAT_VERSION}`, true);
  const groups: LockedGroup[] = [];
  for (const [environment, targets] of Object.entries(object(lock['environments'], '"environments"'))) {
    if (environment !== '' && (environment.includes('/') || pathFault(environment) !== null)) {
      throw new Fault(`has an environment ${JSON.stringify(environment)}, which is not a folder's name`);
    }
    for (const [target, group] of Object.entries(object(targets, `environment ${JSON.stringify(environment)}`))) {
      groups.push(readGroup(environment === '' ? null : environment, target, group));
    }
  }
  return { generator: string(lock['generator'], '"generator"'), groups };
}

function readGroup(environment: string | null, target: string, value: unknown): LockedGroup {
  const at = `target ${JSON.stringify(target)}`;
  const { config, files, pending = {} } = object(value, at);
  return {
    environment,
    target,
    config: string(config, `"config" of ${at}`),
    files: paths(files, `"files" of ${at}`, hash),
    pending: paths(pending, `"pending" of ${at}`, (hashes, path) => {
      if (!Array.isArray(hashes)) throw new Fault(`has no list of hashes for ${JSON.stringify(path)}`);
      return hashes.map((item: unknown) => hash(item, path));
    }),
  };
}

function paths<T>(value: unknown, what: string, read: (value: unknown, path: string) => T): ReadonlyMap<string, T> {
  const entries = Object.entries(object(value, what)).map(([path, item]): [string, T] => {
    const fault = pathFault(path);
    if (fault !== null) throw new Fault(`lists the path ${JSON.stringify(path)}, which ${fault}`);
    return [path, read(item, path)];
  });
  return new Map(entries);
}

function hash(value: unknown, path: string): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw new Fault(`has no sha256 for ${JSON.stringify(path)}`);
}

function string(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new Fault(`has no text where ${what} belongs`);
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  // The cast is what the three checks establish.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new Fault(`has no object where ${what} belongs`);
}
