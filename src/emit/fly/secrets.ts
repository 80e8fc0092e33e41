import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { neededSecrets } from '../shared/needed-secrets.js';
import type { FlySecret } from './types.js';

/** The secrets of an app. A variable cannot refer to a secret on Fly, so each variable that holds a secret is a secret of Fly under the variable's name. */
export function flySecrets(plan: Plan, workload: Workload): readonly FlySecret[] {
  const purposes = new Map(neededSecrets(plan, [workload]).map((secret) => [secret.name, secret.purposes]));
  return containerEnv(plan, workload, 'fly').flatMap(({ name, value }) =>
    value.kind === 'secret' ? [{ variable: name, secret: value.secret, purposes: purposes.get(value.secret) ?? [] }] : [],
  );
}
