import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { neededSecrets } from '../shared/needed-secrets.js';
import type { FlySecret } from './types.js';

/** Fly knows no references: a server's variable is itself the secret, under the variable's name. */
export function flySecrets(plan: Plan, workload: Workload): readonly FlySecret[] {
  const purposes = new Map(neededSecrets(plan, [workload]).map((secret) => [secret.name, secret.purposes]));
  return containerEnv(plan, workload, 'fly').flatMap(({ name, value }) =>
    value.kind === 'secret' ? [{ variable: name, secret: value.secret, purposes: purposes.get(value.secret) ?? [] }] : [],
  );
}
