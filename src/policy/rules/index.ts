/** Every rule, by code. A rule that is not in this list does not exist. */
import type { Rule } from '../types.js';
import { originAllowlistMissing } from './origins/origin-allowlist-missing.js';
import { originWildcard } from './origins/origin-wildcard.js';
import { originNotCanonical } from './origins/origin-not-canonical.js';
import { originRegexUnanchored } from './origins/origin-regex-unanchored.js';
import { originNull } from './origins/origin-null.js';
import { originBindAddress } from './origins/origin-bind-address.js';
import { originTunnelDomain } from './origins/origin-tunnel-domain.js';
import { originWildcardSubdomain } from './origins/origin-wildcard-subdomain.js';
import { hostAllowlistMissing } from './origins/host-allowlist-missing.js';
import { corsCredentialsWildcard } from './origins/cors-credentials-wildcard.js';
import { corsMcpHeadersMissing } from './origins/cors-mcp-headers-missing.js';
import { originReviewOverdue } from './origins/origin-review-overdue.js';
import { exposedWithoutUrl } from './origins/exposed-without-url.js';
import { publicServerNoAuth } from './access/public-server-no-auth.js';
import { tlsMissing } from './access/tls-missing.js';
import { plaintextCrossHostUpstream } from './access/plaintext-cross-host-upstream.js';
import { secretLiteral } from './access/secret-literal.js';
import { defaultCredential } from './access/default-credential.js';
import { adminEndpointExposed } from './access/admin-endpoint-exposed.js';
import { rateLimitMissing } from './access/rate-limit-missing.js';
import { bodyLimitMismatch } from './access/body-limit-mismatch.js';
import { tokenPassthrough } from './access/token-passthrough.js';
import { debugLogProduction } from './access/debug-log-production.js';
import { tokenLifetime } from './access/token-lifetime.js';
import { egressUndeclared } from './access/egress-undeclared.js';
import { secretRotationOverdue } from './access/secret-rotation-overdue.js';
import { headerOwnedTwice } from './access/header-owned-twice.js';
import { tokenAudienceUnfit } from './access/token-audience-unfit.js';
import { routeOverlap } from './traffic/route-overlap.js';
import { tenantIsolationMissing } from './traffic/tenant-isolation-missing.js';
import { tenantHeaderTrusted } from './traffic/tenant-header-trusted.js';
import { sessionAffinityMissing } from './traffic/session-affinity-missing.js';
import { probeBlockedByHostCheck } from './traffic/probe-blocked-by-host-check.js';
import { proxyUntrusted } from './traffic/proxy-untrusted.js';
import { sharedChildBetweenPrincipals } from './traffic/shared-child-between-principals.js';
import { imageUnpinned } from './containers/image-unpinned.js';
import { stdioDownloadAtStart } from './containers/stdio-download-at-start.js';
import { listenerUnnamed } from './kubernetes/listener-unnamed.js';
import { nondeterministicConfig } from './config/nondeterministic-config.js';
import { suppressionStale } from './config/suppression-stale.js';
import { suppressionExpired } from './config/suppression-expired.js';
import { suppressionNoReason } from './config/suppression-no-reason.js';
import { lossyTarget } from './config/lossy-target.js';
import { expectationFailed } from './config/expectation-failed.js';

export const RULES: readonly Rule[] = [
  originAllowlistMissing,
  originWildcard,
  originNotCanonical,
  originRegexUnanchored,
  originNull,
  originBindAddress,
  originTunnelDomain,
  originWildcardSubdomain,
  hostAllowlistMissing,
  corsCredentialsWildcard,
  corsMcpHeadersMissing,
  originReviewOverdue,
  exposedWithoutUrl,
  publicServerNoAuth,
  tlsMissing,
  plaintextCrossHostUpstream,
  secretLiteral,
  defaultCredential,
  adminEndpointExposed,
  rateLimitMissing,
  bodyLimitMismatch,
  tokenPassthrough,
  debugLogProduction,
  tokenLifetime,
  egressUndeclared,
  secretRotationOverdue,
  headerOwnedTwice,
  tokenAudienceUnfit,
  routeOverlap,
  tenantIsolationMissing,
  tenantHeaderTrusted,
  sessionAffinityMissing,
  probeBlockedByHostCheck,
  proxyUntrusted,
  sharedChildBetweenPrincipals,
  imageUnpinned,
  stdioDownloadAtStart,
  listenerUnnamed,
  nondeterministicConfig,
  suppressionStale,
  suppressionExpired,
  suppressionNoReason,
  lossyTarget,
  expectationFailed,
];
