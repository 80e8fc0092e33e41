import type { Change } from './changes.js';
import { type DesiredFile, type Group, type Scope, inScope, sameGroup } from './groups.js';
import type { Lock, LockedGroup } from './lock.js';

export interface NextLockInput {
  readonly lock: Lock;
  readonly groups: readonly Group[];
  readonly desired: ReadonlyMap<string, DesiredFile>;
  readonly scope: Scope;
  readonly generator: string;
}

/** The lock after the build: groups in scope as they are now, all others as they were. */
export function lockAfter({ lock, groups, desired, scope, generator }: NextLockInput): Lock {
  const others = lock.groups
    .filter((group) => !inScope(scope, group))
    .map((group): LockedGroup => ({
      ...group,
      // A file that moved to a group of this build belongs only to that group.
      files: without(group.files, desired),
      pending: without(group.pending, desired),
    }));
  const built = groups.map(({ environment, target, config }): LockedGroup => {
    const files = [...desired.values()].filter((file) => sameGroup(file.group, { environment, target }));
    return { environment, target, config, files: new Map(files.map((file) => [file.path, file.sha256])), pending: new Map() };
  });
  return { generator, groups: [...others, ...built] };
}

/** The lock while files are being replaced: the final lock, with the present hash of each file that will change as `pending`. */
export function lockDuring({ lock, desired, scope }: NextLockInput, after: Lock, changes: readonly Change[]): Lock {
  const replaced = lock.groups.filter((group) => inScope(scope, group));
  const groups = after.groups.map((group) => ({ ...group, pending: new Map(group.pending) }));
  for (const change of changes) {
    if (change.kind !== 'changed' && change.kind !== 'removed') continue;
    const { path, before } = change;
    const owner = desired.get(path)?.group ?? replaced.find(({ files, pending }) => files.has(path) || pending.has(path));
    if (!owner) continue;
    let group = groups.find((other) => sameGroup(other, owner));
    if (!group) {
      const { environment, target } = owner;
      const config = replaced.find((other) => sameGroup(other, owner))?.config ?? '';
      groups.push((group = { environment, target, config, files: new Map(), pending: new Map() }));
    }
    group.pending.set(path, [before.sha256]);
  }
  return { ...after, groups };
}

function without<T>(map: ReadonlyMap<string, T>, gone: ReadonlyMap<string, unknown>): ReadonlyMap<string, T> {
  return new Map([...map].filter(([path]) => !gone.has(path)));
}
