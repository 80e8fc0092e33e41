import Handlebars from 'handlebars';
import type { VolumePlan } from '../../plan/infra-types.js';
import type { Assets, EmittedFile } from '../types.js';
import { opening } from './comment.js';
import { GATEWAY_FOLDER, NODE_USER, runtimeCommand } from './runtime.js';
import type { Runnable } from './runnable.js';

/** A Dockerfile: the text of a template in `templates/docker/`, and the values that it is filled with. */
export interface Dockerfile {
  readonly path: string;
  readonly template: string;
  readonly view: DockerfileView;
}

/** Every value is already quoted for the line of the Dockerfile where the template puts it. */
export interface DockerfileView {
  readonly opening: string;
  readonly base: string;
  /** The npm package to install, as a shell word. */
  readonly npm: string | null;
  /** The Python package to install, as a shell word. */
  readonly uv: string | null;
  /** The program that children are started with, as a shell word. Null where no package is installed. */
  readonly program: string | null;
  /** The name that the package's only program must have too, as a shell word. */
  readonly onlyProgram: string | null;
  /** The folders that volumes are mounted on, as shell words. */
  readonly folders: string | null;
  /** Whether the gateway is copied into the image, because the platform cannot mount it. */
  readonly bundled: boolean;
  /** `uid:gid`. Null keeps the user of the base image. */
  readonly user: string | null;
  readonly port: number;
  /** The command of `ENTRYPOINT`, as a JSON array. */
  readonly entrypoint: string;
  /** The command of `HEALTHCHECK`, as a JSON array. */
  readonly healthcheck: string | null;
}

export interface DockerfileOptions {
  readonly path: string;
  /** Lines of the opening comment that say how the image is built. */
  readonly how: readonly string[];
  readonly bundled: boolean;
  /** On Fly a volume belongs to root when it is mounted. The container then starts as root, takes the folders over, and gives root up. */
  readonly takesFoldersOver?: boolean;
  readonly healthcheck?: readonly string[];
}

export function dockerfile(assets: Assets, workload: Runnable, options: DockerfileOptions): Dockerfile {
  const { image, volumes, port } = workload;
  // Only the images that mcpgen chooses are known to have the user `node`; the user's image has users of its own.
  const isOurs = image.kind !== 'reference';
  const takesOver = options.takesFoldersOver === true && isOurs && volumes.length > 0;
  return {
    path: options.path,
    template: assets.template('docker/runtime.Dockerfile.hbs'),
    view: {
      opening: opening(options.how),
      base: image.kind === 'install' ? image.base : image.reference,
      npm: image.kind === 'install' && image.manager === 'npm' ? shellWord(image.package) : null,
      uv: image.kind === 'install' && image.manager === 'uv' ? shellWord(image.package) : null,
      program: image.kind === 'install' && workload.child ? shellWord(workload.child.command[0] ?? '') : null,
      onlyProgram: image.kind === 'install' && image.onlyProgram !== null ? shellWord(image.onlyProgram) : null,
      folders: isOurs && volumes.length > 0 && !takesOver ? folders(volumes) : null,
      bundled: options.bundled,
      user: isOurs && !takesOver ? `${NODE_USER}:${NODE_USER}` : null,
      port,
      entrypoint: JSON.stringify(takesOver ? takingOver(volumes, runtimeCommand(workload)) : runtimeCommand(workload)),
      healthcheck: options.healthcheck ? JSON.stringify(options.healthcheck) : null,
    },
  };
}

/**
 * A Dockerfile and the ignore file that BuildKit finds beside it. The context is a folder of generated files in which the user keeps a `.env`, so a build gets
 * nothing but what the Dockerfile copies.
 */
export function printBuild(dockerfile: Dockerfile): readonly EmittedFile[] {
  const copied = dockerfile.view.bundled ? '!gateway\ngateway/.env*\n' : '';
  return [printDockerfile(dockerfile), { path: `${dockerfile.path}.dockerignore`, contents: `${opening()}*\n${copied}` }];
}

function printDockerfile({ path, template, view }: Dockerfile): EmittedFile {
  const render = Handlebars.compile<DockerfileView & { folder: string }>(template, { noEscape: true, strict: true });
  return { path, contents: render({ ...view, folder: GATEWAY_FOLDER }).trimEnd() + '\n' };
}

function folders(volumes: readonly VolumePlan[]): string {
  return volumes.map(({ path }) => shellWord(path)).join(' ');
}

/** The command that root starts: it gives the folders to the user `node` and then runs the given command as that user. */
function takingOver(volumes: readonly VolumePlan[], command: readonly string[]): readonly string[] {
  const asNode = `setpriv --reuid=${NODE_USER} --regid=${NODE_USER} --clear-groups --no-new-privs`;
  return ['sh', '-c', `chown ${NODE_USER}:${NODE_USER} ${folders(volumes)} && exec ${asNode} ${command.map(shellWord).join(' ')}`];
}

/** A word of a POSIX shell, quoted where it has characters that mean something to the shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
