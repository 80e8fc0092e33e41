import { createHash } from 'node:crypto';
import type { Workload } from '../../plan/infra-types.js';
import type { EmittedFile, GatewayDocument } from '../types.js';

/** Where containers find the generated gateway. */
export const GATEWAY_FOLDER = '/gateway';

/** Id of `node` in the official images; a number, so that it holds in images that have no such name. */
export const NODE_USER = 1000;

export function runtimeCommand({ kind, id }: Pick<Workload, 'kind' | 'id'>, flags: readonly string[] = []): readonly string[] {
  const main = ['node', ...flags, `${GATEWAY_FOLDER}/main.js`];
  return kind === 'stdio-host' ? [...main, 'host', id] : main;
}

/** What Node loads at run time, by its path below `gateway/`. */
export function runtimeFiles({ files }: GatewayDocument): readonly EmittedFile[] {
  return files
    .filter(({ path }) => /\.(js|json)$/.test(path))
    .map(({ path, contents }) => ({ path: path.replace(/^gateway\//, ''), contents }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Mounted code changes without its container noticing. The plan's hash covers a changed config; this covers code from a newer mcpgen
 * under an unchanged one.
 */
export function runtimeDigest(gateway: GatewayDocument): string {
  const hash = createHash('sha256');
  for (const { path, contents } of runtimeFiles(gateway)) hash.update(`${path}\0${contents}\0`);
  return hash.digest('hex').slice(0, 16);
}
