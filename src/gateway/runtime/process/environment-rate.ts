/** The rate of one client, as the environment says it. */
import type { RateTable } from '../tables/caller.js';
import type { GatewayTables } from '../tables/gateway.js';
import { SettingError, type Env } from './env.js';

const REQUESTS = 'RATE_LIMIT_REQUESTS';
const WINDOW = 'RATE_LIMIT_WINDOW';
const USUAL_WINDOW = 60;
/** Far beyond any real one: a rate beyond them is a slip. */
const MOST_REQUESTS = 1e9;
const MOST_SECONDS = 31_536_000;

/**
 * `RATE_LIMIT_REQUESTS` and `RATE_LIMIT_WINDOW` (seconds, 60 where it is not set), where the config lets the environment say the rate of one client. A window
 * alone changes that of the configured rate. The tables that are returned ask the environment no more.
 */
export function withEnvironmentRate(tables: GatewayTables, env: Env): GatewayTables {
  const { limits } = tables;
  if (!limits.perClient.fromEnvironment) return tables;
  return { ...tables, limits: { ...limits, perClient: { ...limits.perClient, rate: environmentRate(limits.perClient.rate, env), fromEnvironment: false } } };
}

function environmentRate(configured: RateTable | null, env: Env): RateTable | null {
  const requests = wholeNumber(env, REQUESTS, MOST_REQUESTS);
  const seconds = wholeNumber(env, WINDOW, MOST_SECONDS);
  const tokens = requests ?? configured?.tokens;
  if (requests === null && seconds === null) return configured;
  if (tokens === undefined) throw new SettingError(`${WINDOW} needs ${REQUESTS} beside it: limits.perClient has no rate whose window it could change`);
  return { tokens, window: (seconds ?? USUAL_WINDOW) * 1000 };
}

function wholeNumber(env: Env, name: string, most: number): number | null {
  const text = env[name];
  if (text === undefined) return null;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw new SettingError(`${name} must be a whole number, 1 to ${most}; it is ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}
