/** A gateway baked and run as it would be deployed. Its request log goes to nowhere, as that of nginx does. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../nginx/binaries.js';
import type { bakeGateway } from '../support/bake.js';
import type { Config } from '../support/gateway-tables.js';
import { secretValue } from './callers.js';
import type { NodeBinary } from './nodes.js';
import { end, launch, listening, temporaryFolder } from './processes.js';
import type { Started } from './targets.js';

export interface GatewayRun {
  readonly about: string;
  readonly config: Config;
  readonly node: NodeBinary;
  readonly bake: typeof bakeGateway;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds in which a gateway that has ended says once more why. */
const CONFESSION = 5000;

export async function startGateway({ about, config, node, bake, headers = {} }: GatewayRun): Promise<Started> {
  const folder = temporaryFolder();
  const plan = bake(config, folder);
  const secrets = Object.fromEntries(plan.infra.secrets.map(({ name }) => [name, secretValue(name)]));
  const main = join(folder, 'gateway', 'main.js');
  const port = await freePort();
  const env = { PORT: String(port), MCPGEN_ADMIN_PORT: '0', ...secrets };
  // One that was killed would leave its workers, which finish what they have begun.
  const child = launch(node.path, [main], { env, stdout: 'ignore', endWith: 'SIGTERM' });
  try {
    await listening(port, child);
  } catch (error) {
    const { stdout } = spawnSync(node.path, [main], { env, encoding: 'utf8', timeout: CONFESSION });
    throw new Error(`${about}: ${String(error)}: ${stdout}`);
  }
  return { about, port, pid: child.pid ?? null, headers, end: () => end(child) };
}
