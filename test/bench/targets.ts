/** What is compared, one row each. All stand in front of the same upstream and are asked the same. */
import type { bakeGateway } from '../support/bake.js';
import type { Config } from '../support/gateway-tables.js';
import { FULL_HEADERS, fullConfig, leastConfig, RULES_HEADERS, rulesConfig, TOKEN_HEADERS, tokensConfig } from './configs.js';
import { startGateway } from './gateway.js';
import { startNginx } from './nginx.js';
import type { NodeBinary } from './nodes.js';
import { end, launchServer } from './processes.js';

export interface Started {
  readonly about: string;
  readonly port: number;
  /** Of the process whose time and memory count, with those that it started; null when there is none beside the upstream. */
  readonly pid: number | null;
  /** What its requests carry beside the headers of all. */
  readonly headers: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export interface Skipped {
  readonly skipped: string;
}

/** What one row of the table is measured with. */
export interface Setting {
  /** The port of the upstream. */
  readonly upstream: number;
  readonly workers: number;
  readonly node: NodeBinary;
  readonly bake: typeof bakeGateway;
}

export interface Target {
  readonly name: string;
  /** Whether there is a row for each Node, one for more workers, and one for the gateway of an earlier checkout. */
  readonly varies: { readonly node: boolean; readonly workers: boolean; readonly checkout: boolean };
  readonly start: (setting: Setting) => Promise<Started | Skipped>;
}

const NOTHING = { node: false, workers: false, checkout: false };
const EVERYTHING = { node: true, workers: true, checkout: true };
const UNLOGGED: Config = { log: { requests: false } };

export const TARGETS: readonly Target[] = [
  { name: 'direct', varies: NOTHING, start: direct },
  { name: 'nginx', varies: { ...NOTHING, workers: true }, start: startNginx },
  { name: 'pipe', varies: { ...NOTHING, node: true }, start: startPipe },
  { name: 'least', varies: EVERYTHING, start: gateway('gateway, least config', leastConfig) },
  { name: 'full', varies: EVERYTHING, start: gateway('gateway, full policy', fullConfig, FULL_HEADERS) },
  { name: 'tokens', varies: { ...NOTHING, node: true }, start: gateway('gateway, least config, a token with every request', tokensConfig, TOKEN_HEADERS) },
  { name: 'rules', varies: { ...NOTHING, node: true }, start: gateway('gateway, full policy with JWT, tool rules and audit', rulesConfig, RULES_HEADERS) },
  { name: 'unlogged', varies: { ...NOTHING, node: true }, start: gateway('gateway, least config, no request log', leastConfig, {}, UNLOGGED) },
];

async function direct({ upstream }: Setting): Promise<Started> {
  return { about: 'the upstream itself', port: upstream, pid: null, headers: {}, end: async () => {} };
}

async function startPipe({ upstream, node }: Setting): Promise<Started> {
  const { child, port } = await launchServer('pipe', [String(upstream)], node.path);
  return { about: 'http.request and pipe', port, pid: child.pid ?? null, headers: {}, end: () => end(child) };
}

type ConfigOf = (upstream: number, gateway?: Config) => Config;

function gateway(about: string, configOf: ConfigOf, headers: Readonly<Record<string, string>> = {}, extra: Config = {}): Target['start'] {
  return async ({ upstream, workers, node, bake }) => {
    const config = configOf(upstream, workers === 1 ? extra : { ...extra, workers });
    try {
      return await startGateway({ about: workers === 1 ? about : `${about}, ${workers} workers`, config, node, bake, headers });
    } catch (error) {
      // Without that key in the language, the config is wrong.
      const why = String(error);
      if (workers > 1 && why.includes('invalid config') && why.includes('workers')) return { skipped: 'the config has no gateway.workers' };
      throw error;
    }
  };
}
