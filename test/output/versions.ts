import type { Group } from '#src/output/groups.js';
import { group } from './support.js';

/** A build of many files, some of them this version's alone, some the same in all; large enough to be killed half-written. */
export function version(name: string, parts = 8): readonly Group[] {
  const text = (path: string): string => `${path} of version ${name}\n`.repeat(300);
  const named = (paths: readonly string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, text(path)]));
  const nginx = Array.from({ length: parts }, (_, index) => `nginx/part-${index}.conf`);
  return [
    group('nginx', { ...named([...nginx, `nginx/only-${name}/deep/own.conf`]), 'nginx/same.conf': 'same\n' }),
    group('compose', named(['compose/compose.yaml', name === 'one' ? 'compose/switch' : 'compose/switch/inside'])),
    group('fly', named(['fly/fly.toml', `fly/only-${name}.toml`]), 'prod'),
    ...(name === 'one' ? [group('kubernetes', named(['kubernetes/a.yaml', 'kubernetes/b.yaml']))] : []),
  ];
}

/** Path from the output folder → contents. */
export function contentsOf(groups: readonly Group[]): ReadonlyMap<string, string> {
  const entries = groups.flatMap(({ environment, files }) =>
    files.map(({ path, contents }): [string, string] => [environment === null ? path : `${environment}/${path}`, contents]),
  );
  return new Map(entries);
}
