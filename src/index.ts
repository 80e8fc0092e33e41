/**
 * What a `mcp.config.ts` imports. No other part of mcpgen is loaded, so that a config is evaluated at no cost and its types are checked fast.
 */
export { defineConfig } from './config/language/define.js';
export { secret } from './config/language/secret.js';
export type { Secret } from './config/language/secret.js';
export type { Config, Deployment, Overlay } from './config/language/config.js';
export type * from './config/language/gateway.js';
export type * from './config/language/identity.js';
export type * from './config/language/servers.js';
export type * from './config/language/towards.js';
export type * from './config/language/traffic.js';
export type * from './config/language/targets.js';
export type * from './config/language/policy.js';
export type * from './config/language/units.js';
export type { RuleCode, RuleName, RuleSlug } from './config/language/rules.js';
