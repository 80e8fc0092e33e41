import type { SecretUse, Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';

/** A secret that must exist before a deployment starts, and what it is needed for. */
export interface NeededSecret {
  readonly name: string;
  /** One sentence for each use. */
  readonly purposes: readonly string[];
}

/** The secrets that at least one of these workloads uses, sorted by name. */
export function neededSecrets({ infra }: Plan, workloads: readonly Pick<Workload, 'id'>[]): readonly NeededSecret[] {
  const ids = new Set(workloads.map(({ id }) => id));
  return infra.secrets
    .map(({ name, uses }) => ({ name, purposes: uses.filter((use) => ids.has(use.workload)).map(purposeOf) }))
    .filter(({ purposes }) => purposes.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const PURPOSES: Record<SecretUse['purpose'], (use: SecretUse) => string> = {
  'client-key': ({ subject }) => `Key of client "${subject}"`,
  'session-key': () => 'Seals session ids: at least 32 random bytes',
  'token-secret': ({ subject }) => `Verifies tokens of ${subject} (HS256): at least 32 random bytes`,
  'signing-key': ({ subject }) => `Signs what servers are told of tenant "${subject}": at least 32 random bytes`,
  'upstream-credential': ({ subject }) => `Credential of the gateway at server "${subject}"`,
  'exchange-client': ({ subject }) => `Client secret for the token exchange of server "${subject}"`,
  'upstream-tls': ({ subject }) => `PEM for TLS to server "${subject}"; on one line, with \\n for its line breaks`,
  'admin-token': ({ subject }) => `Bearer token that ${subject === 'writeToken' ? 'changes what the admin listener can change' : 'reads the admin listener'}`,
  'environment': ({ subject, workload }) => `Variable ${subject} of server "${workload}"`,
};

/** What a secret is used for, as a sentence. */
export function purposeOf(use: SecretUse): string {
  const what = PURPOSES[use.purpose](use);
  return use.rotateBy === null ? `${what}.` : `${what}; rotate by ${use.rotateBy}.`;
}
