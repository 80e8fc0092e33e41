/** The nginx binaries of this machine, and functions that run them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nginxEmitter } from '#src/emit/nginx/index.js';
import type { NginxDocument } from '#src/emit/nginx/types.js';
import type { NginxPlan } from '#src/plan/target-types.js';

export interface Nginx {
  readonly path: string;
  readonly version: `${number}.${number}.${number}`;
  readonly release: NginxPlan['release'];
}

/** The binaries that `MCPGEN_NGINX` lists, with colons between them. Without that variable, the system's nginx and those that are unpacked below /tmp. */
export const NGINXES: readonly Nginx[] = find();

/** The reason why tests are skipped, or false. In CI there must be an nginx. */
export const NO_NGINX: string | false = NGINXES.length > 0 ? false : 'no nginx here: set MCPGEN_NGINX=/path/to/nginx, or install it';
if (NO_NGINX !== false && process.env['CI'] === 'true') throw new Error(NO_NGINX);

function find(): Nginx[] {
  const given = process.env['MCPGEN_NGINX']?.split(':').filter(Boolean);
  const unpacked = readdirSync('/tmp').filter((name) => name.startsWith('nginx-')).map((name) => `/tmp/${name}/nginx`);
  const found = (given ?? ['/usr/sbin/nginx', ...unpacked].filter((path) => existsSync(path))).flatMap((path) => {
    const { stderr, error } = spawnSync(path, ['-v'], { encoding: 'utf8' });
    const [, major, minor, patch] = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(stderr ?? '') ?? [];
    if (given && (error || major === undefined)) throw new Error(`MCPGEN_NGINX: ${path} is no nginx`);
    if (major === undefined) return [];
    const release = [Number(major), Number(minor), Number(patch)] as const;
    return [{ path, version: `${release[0]}.${release[1]}.${release[2]}` as const, release }];
  });
  return found.sort((a, b) => a.release[0] - b.release[0] || a.release[1] - b.release[1] || a.release[2] - b.release[2]);
}

export interface Running {
  readonly log: () => string;
  readonly errors: () => string;
  /** Ends nginx and keeps its folder, so that all that it logged can be read. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Writes the files into a new folder, which also takes the place of /tmp in them, so that several nginx can run side by side. */
export function writeDocument(document: NginxDocument): string {
  return writeFiles(nginxEmitter.print(document).map(({ path, contents }) => ({ path, contents })));
}

export function writeFiles(files: readonly { readonly path: string; readonly contents: string }[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-nginx-'));
  // The workers of an nginx that root started run as another user, who must be able to enter the folder.
  chmodSync(folder, 0o755);
  for (const { path, contents } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents.replaceAll(' /tmp/nginx', ` ${folder}/nginx`));
  }
  return folder;
}

/** @returns the complaints of `nginx -t`, or null when there is none */
export function check({ path }: Nginx, folder: string): string | null {
  const { status, stderr } = spawnSync(path, ['-t', '-p', folder, '-c', join(folder, 'nginx/nginx.conf')], {
    encoding: 'utf8',
    // Node's pipes are sockets, and nginx cannot open a socket as /dev/stdout.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaints = stderr.split('\n').filter((line) => /\[(emerg|alert|warn)\]/.test(line));
  return status === 0 && complaints.length === 0 ? null : stderr;
}

export async function start({ path }: Nginx, folder: string, port: number): Promise<Running> {
  const [log, errors] = [join(folder, 'log'), join(folder, 'errors')];
  const [out, err] = [openSync(log, 'a'), openSync(errors, 'a')];
  const child = spawn(path, ['-p', folder, '-c', join(folder, 'nginx/nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', out, err] });
  closeSync(out);
  closeSync(err);
  try {
    await listening(port, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}: ${readFileSync(errors, 'utf8')}`);
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    log: () => readFileSync(log, 'utf8'),
    errors: () => readFileSync(errors, 'utf8'),
    stop,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await wait(25);
  }
  throw new Error('nginx does not listen');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && true));
    socket.on('error', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
