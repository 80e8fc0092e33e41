import Handlebars from 'handlebars';
import type { VolumePlan } from '../../plan/infra-types.js';
import type { Assets, EmittedFile } from '../types.js';
import { opening } from './comment.js';
import { GATEWAY_FOLDER, NODE_USER, runtimeCommand } from './runtime.js';
import type { Runnable } from './runnable.js';

/** A Dockerfile: a template of `templates/docker/`, and what goes into it, already written for the place where it lands. */
export interface Dockerfile {
  readonly path: string;
  readonly template: string;
  readonly view: DockerfileView;
}

export interface DockerfileView {
  readonly opening: string;
  readonly base: string;
  /** Package to install, as a shell word. */
  readonly npm: string | null;
  readonly uv: string | null;
  /** Folders that volumes are mounted on, as shell words. */
  readonly folders: string | null;
  /** Copy the gateway into the image, where nothing can be mounted. */
  readonly bundled: boolean;
  /** `uid:gid`, or null to leave the base image's. */
  readonly user: string | null;
  readonly port: number;
  /** JSON arrays: `ENTRYPOINT` and `HEALTHCHECK CMD`. */
  readonly entrypoint: string;
  readonly healthcheck: string | null;
}

export interface DockerfileOptions {
  readonly path: string;
  readonly how: readonly string[];
  readonly bundled: boolean;
  /** Mounts belong to root and are made at start (Fly): take them over first, then give up root. */
  readonly takeOver?: boolean;
  readonly healthcheck?: readonly string[];
}

export function dockerfile(assets: Assets, workload: Runnable, options: DockerfileOptions): Dockerfile {
  const { image, volumes, port } = workload;
  // An image of the user's has users of its own, and need not have ours.
  const ours = image.kind !== 'reference';
  const takeOver = options.takeOver === true && ours && volumes.length > 0;
  return {
    path: options.path,
    template: assets.template('docker/runtime.Dockerfile.hbs'),
    view: {
      opening: opening(options.how),
      base: image.kind === 'install' ? image.base : image.reference,
      npm: image.kind === 'install' && image.manager === 'npm' ? shellWord(image.package) : null,
      uv: image.kind === 'install' && image.manager === 'uv' ? shellWord(image.package) : null,
      folders: ours && volumes.length > 0 && !takeOver ? folders(volumes) : null,
      bundled: options.bundled,
      user: ours && !takeOver ? `${NODE_USER}:${NODE_USER}` : null,
      port,
      entrypoint: JSON.stringify(takeOver ? asRootFirst(volumes, runtimeCommand(workload)) : runtimeCommand(workload)),
      healthcheck: options.healthcheck ? JSON.stringify(options.healthcheck) : null,
    },
  };
}

export function printDockerfile({ path, template, view }: Dockerfile): EmittedFile {
  const render = Handlebars.compile<DockerfileView & { folder: string }>(template, { noEscape: true, strict: true });
  return { path, contents: render({ ...view, folder: GATEWAY_FOLDER }).trimEnd() + '\n' };
}

function folders(volumes: readonly VolumePlan[]): string {
  return volumes.map(({ path }) => shellWord(path)).join(' ');
}

function asRootFirst(volumes: readonly VolumePlan[], command: readonly string[]): readonly string[] {
  const drop = `setpriv --reuid=${NODE_USER} --regid=${NODE_USER} --clear-groups --no-new-privs`;
  return ['sh', '-c', `chown ${NODE_USER}:${NODE_USER} ${folders(volumes)} && exec ${drop} ${command.map(shellWord).join(' ')}`];
}

/** POSIX shell quoting; words without special characters stay bare. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
