/** Every rule, by code. A rule that is not in this list does not exist. */
import type { Rule } from '../types.js';
import { originAllowlistMissing } from './origin-allowlist-missing.js';
import { originWildcard } from './origin-wildcard.js';
import { originNotCanonical } from './origin-not-canonical.js';
import { originRegexUnanchored } from './origin-regex-unanchored.js';
import { originNull } from './origin-null.js';
import { originBindAddress } from './origin-bind-address.js';
import { originTunnelDomain } from './origin-tunnel-domain.js';
import { originWildcardSubdomain } from './origin-wildcard-subdomain.js';
import { hostAllowlistMissing } from './host-allowlist-missing.js';
import { publicServerNoAuth } from './public-server-no-auth.js';
import { secretLiteral } from './secret-literal.js';
import { routeOverlap } from './route-overlap.js';
import { sessionAffinityMissing } from './session-affinity-missing.js';
import { imageUnpinned } from './image-unpinned.js';
import { nondeterministicConfig } from './nondeterministic-config.js';
import { suppressionStale } from './suppression-stale.js';
import { suppressionExpired } from './suppression-expired.js';
import { suppressionNoReason } from './suppression-no-reason.js';
import { lossyTarget } from './lossy-target.js';
import { expectationFailed } from './expectation-failed.js';

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
  publicServerNoAuth,
  secretLiteral,
  routeOverlap,
  sessionAffinityMissing,
  imageUnpinned,
  nondeterministicConfig,
  suppressionStale,
  suppressionExpired,
  suppressionNoReason,
  lossyTarget,
  expectationFailed,
];
