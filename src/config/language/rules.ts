/**
 * Every rule by code and slug; either is accepted wherever a rule is named. The rules themselves are in `src/policy/rules/`, and a test
 * holds this list to them; it is a literal so that the compiler can complete it in a config.
 */
export const RULE_SLUGS = {
  MCP101: 'origin-allowlist-missing',
  MCP102: 'origin-wildcard',
  MCP103: 'origin-not-canonical',
  MCP104: 'origin-regex-unanchored',
  MCP105: 'origin-null',
  MCP107: 'origin-bind-address',
  MCP108: 'origin-tunnel-domain',
  MCP109: 'origin-wildcard-subdomain',
  MCP111: 'host-allowlist-missing',
  MCP112: 'cors-credentials-wildcard',
  MCP113: 'cors-mcp-headers-missing',
  MCP115: 'origin-review-overdue',
  MCP116: 'exposed-without-url',
  MCP201: 'public-server-no-auth',
  MCP202: 'tls-missing',
  MCP204: 'plaintext-cross-host-upstream',
  MCP205: 'secret-literal',
  MCP207: 'default-credential',
  MCP208: 'admin-endpoint-exposed',
  MCP210: 'rate-limit-missing',
  MCP211: 'body-limit-mismatch',
  MCP212: 'token-passthrough',
  MCP213: 'debug-log-production',
  MCP216: 'token-lifetime',
  MCP217: 'egress-undeclared',
  MCP218: 'secret-rotation-overdue',
  MCP219: 'header-owned-twice',
  MCP221: 'token-audience-unfit',
  MCP301: 'route-overlap',
  MCP302: 'tenant-isolation-missing',
  MCP303: 'tenant-header-trusted',
  MCP304: 'session-affinity-missing',
  MCP317: 'probe-blocked-by-host-check',
  MCP318: 'proxy-untrusted',
  MCP319: 'shared-child-between-principals',
  MCP504: 'image-unpinned',
  MCP508: 'stdio-download-at-start',
  MCP615: 'listener-unnamed',
  MCP903: 'nondeterministic-config',
  MCP904: 'suppression-stale',
  MCP905: 'suppression-expired',
  MCP906: 'suppression-no-reason',
  MCP908: 'lossy-target',
  MCP910: 'expectation-failed',
} as const;

export type RuleCode = keyof typeof RULE_SLUGS;
export type RuleSlug = (typeof RULE_SLUGS)[RuleCode];
/** A rule, by code or by slug. */
export type RuleName = RuleCode | RuleSlug;
