/**
 * A whole gateway in the test's own process: real listeners and pools, tables of a config, no folder and no child process.
 *
 *   const gateway = await serveHere(config, { KEY: '…' });
 *   const answer = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list') });
 *
 * Gateways that are still running are stopped at the end of the test file.
 */
import { after } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { serve, type Running } from '#src/gateway/runtime/serve.js';
import { FEATURES } from '#src/gateway/tables.js';
import type { Config } from './gateway-tables.js';
import { planOf } from './planned.js';
import { secretValue, type LogLine } from './gateway.js';

export interface Served extends Running {
  readonly logs: readonly LogLine[];
  /** Goes on with the tables of another config. */
  use(config: Config): Promise<void>;
}

const running = new Set<Running>();
after(() => Promise.all([...running].map((one) => one.stop())));

/** Secrets that `env` does not name have the value that `as()` of `gateway.ts` uses. */
export async function serveHere(config: Config, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const logs: LogLine[] = [];
  const plan = planOf(config);
  const secrets = Object.fromEntries(plan.infra.secrets.map(({ name }) => [name, secretValue(name)]));
  const write = (text: string): void => void logs.push(...text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine));
  const started = await serve(gatewayTables(plan), FEATURES, { PORT: '0', MCPGEN_ADMIN_PORT: '0', ...secrets, ...env }, write);
  running.add(started);
  return {
    ...started,
    logs,
    use: (next) => started.reload(gatewayTables(planOf(next)), FEATURES),
    stop: async () => {
      running.delete(started);
      await started.stop();
    },
  };
}
