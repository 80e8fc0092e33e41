/** A new named volume belongs to root, and a server with a user of its own could not write to it. A service that runs once gives it to that user. */
import type { UserPlan } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { RunnableServer } from '../shared/runnable.js';
import { HARDENING } from './hardening.js';
import { literal } from './interpolation.js';
import type { Service } from './types.js';

/** Where there is no user in the config, the image may have made the folder for its own: Docker copies an owner into a new volume. */
export function ownsVolumes({ user, volumes }: RunnableServer): boolean {
  return user !== null && volumes.length > 0;
}

/** The service that makes all volumes of another service its user's. */
export function owning(plan: Plan, { user, volumes }: RunnableServer, { volumes: mounts = [] }: Pick<Service, 'volumes'>): Service {
  if (user === null) throw new TypeError('nobody is named who would own the volumes');
  return {
    image: literal(plan.infra.images.node),
    entrypoint: ['node', '-e', takeOver(user, volumes.map(({ path }) => path))].map(literal),
    user: '0:0',
    network_mode: 'none',
    volumes: mounts.filter(({ type }) => type === 'volume'),
    ...HARDENING,
    // To give files away, and to enter the folders of whoever had them before: all that this root may do.
    cap_add: ['CHOWN', 'DAC_READ_SEARCH'],
    restart: 'no',
    stop_grace_period: '5s',
    deploy: { replicas: 1, resources: { limits: { memory: '128m', pids: 64 } } },
  };
}

/**
 * A script of Node that gives folders to a user, with all that is in them. A folder that is the user's already is left alone, however much is in it; so a
 * folder is given away after its contents, and a run that was cut off begins again. It has no `$`, because compose would read that as a variable.
 */
export function takeOver({ uid, gid }: UserPlan, folders: readonly string[]): string {
  const own = "const own = (path) => { if (fs.lstatSync(path).isDirectory()) for (const name of fs.readdirSync(path)) own(path + '/' + name);";
  const give = `fs.lchownSync(path, ${uid}, ${gid}); };`;
  const each = `for (const path of ${JSON.stringify(folders)}) { const { uid, gid } = fs.statSync(path); if (uid !== ${uid} || gid !== ${gid}) own(path); }`;
  return `const fs = require('node:fs'); ${own} ${give} ${each}`;
}
