import type { Target } from '../emit/types.js';
import type { SessionOptions } from '../project.js';
import type { Given } from './args.js';

/** The flags that every command about a config shares. */
export function sessionOptions(given: Given, cwd: string): SessionOptions {
  const config = given.one('config');
  const environment = given.one('env');
  const targets = given.many('target') as Target[] | undefined;
  return { cwd, ...(config ? { configFile: config } : {}), ...(environment ? { environment } : {}), ...(targets ? { targets } : {}) };
}
