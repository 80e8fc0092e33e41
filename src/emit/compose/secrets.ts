import { neededSecrets, type NeededSecret } from '../shared/needed-secrets.js';
import { runsOurCode, type Deployed } from '../shared/runnable.js';
import type { Plan } from '../../plan/types.js';

/** The secrets of a project, by the way in which they reach their containers. A secret may be in both lists. */
export interface ComposeSecrets {
  /** What our runtime reads, from `NAME_FILE`: no `docker inspect` and no child process shows it. */
  readonly files: readonly NeededSecret[];
  /** What a server reads from a variable, because its config says that the server reads that variable. */
  readonly variables: readonly NeededSecret[];
}

/** The folder beside compose.yaml. */
export const SECRETS_FOLDER = 'secrets';
/** What may be set in the gateway's environment, beside compose.yaml. */
export const SETTINGS_FILE = 'gateway.env';
/** Where compose mounts a secret. */
export const secretFile = (name: string): string => `/run/secrets/${name}`;

export function composeSecrets(plan: Plan, { all }: Deployed): ComposeSecrets {
  return {
    files: neededSecrets(plan, all.filter(runsOurCode)),
    variables: neededSecrets(plan, all.filter((workload) => !runsOurCode(workload))),
  };
}

export function secretFiles({ files }: ComposeSecrets): Readonly<Record<string, { readonly file: string }>> {
  return Object.fromEntries(files.map(({ name }) => [name, { file: `./${SECRETS_FOLDER}/${name}` }]));
}

/** Every secret once, sorted by name, with all that it is needed for. */
export function allSecrets({ files, variables }: ComposeSecrets): readonly NeededSecret[] {
  const names = [...new Set([...files, ...variables].map(({ name }) => name))].sort();
  return names.map((name) => ({ name, purposes: [...files, ...variables].filter((each) => each.name === name).flatMap(({ purposes }) => purposes) }));
}
