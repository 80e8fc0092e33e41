import { createHash } from 'node:crypto';
import type { Workload } from '../../plan/infra-types.js';
import type { EmittedFile, GatewayDocument } from '../types.js';

/** The folder of a container that holds the generated gateway. */
export const GATEWAY_FOLDER = '/gateway';

/** Id of the user `node` in the official images. It is given as a number, because an image may lack the name. */
export const NODE_USER = 1000;

export function runtimeCommand({ kind, id }: Pick<Workload, 'kind' | 'id'>, flags: readonly string[] = []): readonly string[] {
  const main = ['node', ...flags, `${GATEWAY_FOLDER}/main.js`];
  return kind === 'stdio-host' ? [...main, 'host', id] : main;
}

/** The files of the gateway that Node loads at run time. Their paths are relative to `gateway/`. */
export function runtimeFiles({ files }: GatewayDocument): readonly EmittedFile[] {
  return files
    .filter(({ path }) => /\.(js|json)$/.test(path))
    .map(({ path, contents }) => ({ path: path.replace(/^gateway\//, ''), contents }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * A digest of the gateway's files. A platform does not notice that files mounted into a container have changed, but it does notice a changed label with this
 * digest. The hash of the plan is not enough: a newer mcpgen writes other files for the same config.
 */
export function runtimeDigest(gateway: GatewayDocument): string {
  const hash = createHash('sha256');
  for (const { path, contents } of runtimeFiles(gateway)) hash.update(`${path}\0${contents}\0`);
  return hash.digest('hex').slice(0, 16);
}
