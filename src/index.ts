/**
 * What a `mcp.config.ts` imports. Nothing here loads anything else, so a config costs nothing to evaluate and its types are quick to check.
 */
export { defineConfig } from './config/language/define.js';
export { secret } from './config/language/secret.js';
export type { Secret } from './config/language/secret.js';
export type { Config, Deployment, Overlay } from './config/language/config.js';
export type * from './config/language/gateway.js';
export type * from './config/language/servers.js';
export type * from './config/language/traffic.js';
export type * from './config/language/targets.js';
export type * from './config/language/policy.js';
export type * from './config/language/units.js';
export type { RuleCode, RuleName, RuleSlug } from './config/language/rules.js';
