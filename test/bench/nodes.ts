/** The Node binaries under which the gateway and the bare pipe are measured. */
import { spawnSync } from 'node:child_process';

export interface NodeBinary {
  readonly path: string;
  /** As `process.version` says it. */
  readonly version: string;
}

export interface Nodes {
  /** That of the bench is the first; each version once. */
  readonly nodes: readonly NodeBinary[];
  /** What was asked for and is not there, and why. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** Milliseconds that npx may take to bring a version. */
const PATIENCE = 180_000;

const OWN: NodeBinary = { path: process.execPath, version: process.version };

/** @param wanted paths of binaries, and versions (`20`, `latest`) that npx finds or brings */
export function findNodes(wanted: readonly string[]): Nodes {
  const nodes = [OWN];
  const skipped: Record<string, string> = {};
  for (const which of wanted) {
    const found = isOwn(which) ? OWN : isVersion(which) ? broughtByNpx(which) : binaryAt(which);
    if (typeof found === 'string') skipped[`node ${which}`] = found;
    else if (!nodes.some(({ version }) => version === found.version)) nodes.push(found);
  }
  return { nodes, skipped };
}

function isVersion(which: string): boolean {
  return /^(latest|lts|\d+(\.\d+){0,2})$/.test(which);
}

function isOwn(which: string): boolean {
  return process.version === `v${which}` || process.version.startsWith(`v${which}.`);
}

function binaryAt(path: string): NodeBinary | string {
  return versionOf(path, []);
}

function broughtByNpx(version: string): NodeBinary | string {
  return versionOf('npx', ['-y', '-p', `node@${version}`, 'node']);
}

/** Each binary is asked itself where it is and what it is. */
function versionOf(command: string, args: readonly string[]): NodeBinary | string {
  const script = 'process.execPath + " " + process.version';
  // Without a network npm would try again for minutes.
  const env = { ...process.env, npm_config_fetch_retries: '0' };
  const { stdout, stderr, error } = spawnSync(command, [...args, '-p', script], { encoding: 'utf8', timeout: PATIENCE, env });
  const [, path, version] = /^(.+) (v\d+\S+)$/m.exec(stdout ?? '') ?? [];
  if (path !== undefined && version !== undefined) return { path, version };
  const complaint = (stderr ?? '').split('\n', 2).map((line) => line.replace(/^npm error /, '')).join(', ');
  return error?.message ?? (complaint || `${command} is no Node`);
}
