import type { EmittedFile } from '../emit/types.js';
import { McpgenError } from '../errors.js';
import { ancestors, pathFault } from './paths.js';
import { sha256 } from './sha256.js';

/** Names the files that are built and replaced together: those of one target in one environment. */
export interface GroupKey {
  /** Null for a config without environments, whose files lie at the root of the output folder. */
  readonly environment: string | null;
  /** A target, or another name for files that belong to none, such as the runbook. */
  readonly target: string;
}

export interface Group extends GroupKey {
  /** The hash of the plan it was printed from. */
  readonly config: string;
  /** Paths are relative to the environment's folder. */
  readonly files: readonly EmittedFile[];
}

/** Which groups a build is about. Groups in its scope that it does not bring are removed. Null means all. */
export interface Scope {
  readonly environments: readonly (string | null)[] | null;
  readonly targets: readonly string[] | null;
}

export const EVERYTHING: Scope = { environments: null, targets: null };

export function inScope(scope: Scope, { environment, target }: GroupKey): boolean {
  return (scope.environments?.includes(environment) ?? true) && (scope.targets?.includes(target) ?? true);
}

export const sameGroup = (one: GroupKey, other: GroupKey): boolean => one.environment === other.environment && one.target === other.target;

/** A file as it should be. Its path is relative to the output folder. */
export interface DesiredFile {
  readonly path: string;
  readonly contents: string;
  readonly sha256: string;
  readonly group: GroupKey;
}

/** Every file of the groups by its path in the output folder, sorted. No config can cause what is refused here, so each refusal is a bug. */
export function desiredFiles(groups: readonly Group[], scope: Scope): ReadonlyMap<string, DesiredFile> {
  const files = new Map<string, DesiredFile>();
  const seen: Group[] = [];
  for (const group of groups) {
    if (!inScope(scope, group)) throw bug(`${describe(group)} is built but not in the scope of the build`);
    if (seen.some((other) => sameGroup(other, group))) throw bug(`${describe(group)} is built twice`);
    seen.push(group);
    for (const file of group.files) {
      const path = group.environment === null ? file.path : `${group.environment}/${file.path}`;
      const fault = pathFault(path);
      if (fault !== null) throw bug(`${describe(group)} emits the path ${JSON.stringify(path)}, which ${fault}`);
      const other = files.get(path);
      if (other) throw bug(`${describe(other.group)} and ${describe(group)} both emit "${path}"`);
      files.set(path, { path, contents: file.contents, sha256: sha256(file.contents), group });
    }
  }
  for (const file of files.values()) {
    const above = ancestors(file.path).find((path) => files.has(path));
    if (above !== undefined) throw bug(`${describe(file.group)} emits "${file.path}", but "${above}" is emitted as a file`);
  }
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function describe({ environment, target }: GroupKey): string {
  return environment === null ? `target "${target}"` : `target "${target}" of environment "${environment}"`;
}

const bug = (message: string): McpgenError => new McpgenError('bug', `${message}. This is a bug in mcpgen.`);
