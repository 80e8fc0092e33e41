/**
 * Only one build at a time writes an output folder. It creates an owner file, which only one process can do. The file names its process, so
 * that a file which a killed build left behind is taken over at once.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpgenError } from '../errors.js';
import { OWNER_FILE } from './reserved-names.js';
import { attempt, errno } from './system-error.js';

const POLL_MS = 20;
/** A process fills the file within microseconds after creating it. If the file is unreadable for this long, the process was killed in between. */
const UNREADABLE_MS = 1_000;
/** A process of another machine or container cannot be looked up. It touches the file regularly, so the file's age shows whether it lives. */
const HEARTBEAT_MS = 2_000;
const SILENT_MS = 10_000;

/** The tokens of this process. A file with our pid and another token belongs to an earlier process, because pids repeat in containers. */
const held = new Set<string>();

/** Runs `work` while no other build writes `root`. Waits for one that does, and gives up with `build-running` after `waitMs`. */
export async function exclusively<T>(root: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const path = join(root, OWNER_FILE);
  const token = await attempt('write', path, () => acquire(path, root, performance.now() + waitMs));
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    release(path, token);
  }
}

async function acquire(path: string, root: string, deadline: number): Promise<string> {
  const unreadableSince = new Map<string, number>();
  const isStale = (owner: Owner, now: number): boolean => {
    if (owner.kind === 'process') return isGone(owner);
    const since = unreadableSince.get(owner.id) ?? now;
    unreadableSince.set(owner.id, since);
    return now - since > UNREADABLE_MS;
  };
  for (;;) {
    const token = create(path);
    if (token !== null) return token;
    const owner = readOwner(path);
    const now = performance.now();
    if (owner && isStale(owner, now)) await takeOver(path, owner.id, root, deadline);
    else if (now >= deadline) throw busy(root, path, owner);
    else await sleep(POLL_MS);
  }
}

/**
 * Removes the file of a dead owner. Two builds may see the same file. If both simply removed it, the slower one would remove the file that
 * the faster one has just created in its place. So a build first claims an exclusive file named for the dead owner, and then looks again.
 */
async function takeOver(path: string, id: string, root: string, deadline: number): Promise<void> {
  const claim = `${path}.${id}`;
  const token = await acquire(claim, root, deadline);
  try {
    if (readOwner(path)?.id === id) unlinkSync(path);
  } finally {
    release(claim, token);
  }
}

function create(path: string): string | null {
  const token = randomBytes(8).toString('hex');
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (errno(error) === 'EEXIST') return null;
    throw error;
  }
  try {
    held.add(token);
    writeSync(file, `${JSON.stringify({ pid: process.pid, host: hostname(), token })}\n`);
    return token;
  } catch (error) {
    held.delete(token);
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch (error) {
    // The file was deleted by hand, which is the user's decision.
    if (errno(error) === null) throw error;
  }
}

function release(path: string, token: string): void {
  held.delete(token);
  try {
    if (readOwner(path)?.id === token) unlinkSync(path);
  } catch (error) {
    // The next build will find the file stale; the result of this build is valid.
    if (errno(error) === null) throw error;
  }
}

type Owner =
  | { readonly kind: 'process'; readonly id: string; readonly pid: number; readonly host: string; readonly ageMs: number }
  | { readonly kind: 'unreadable'; readonly id: string };

/** Null when there is no owner file, or no longer. */
function readOwner(path: string): Owner | null {
  try {
    const { ino, mtimeMs } = statSync(path);
    const text = readFileSync(path, 'utf8');
    return parseOwner(text, Date.now() - mtimeMs) ?? { kind: 'unreadable', id: `unreadable-${ino}` };
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseOwner(text: string, ageMs: number): Owner | null {
  try {
    // The cast assumes nothing: the fields are checked below, and a `null` throws and is caught.
    const { pid, host, token } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof host !== 'string') return null;
    // The token becomes part of a file name.
    if (typeof token !== 'string' || !/^[0-9a-f]{16}$/.test(token)) return null;
    return { kind: 'process', id: token, pid, host, ageMs };
  } catch {
    return null;
  }
}

function isGone(owner: Owner & { readonly kind: 'process' }): boolean {
  if (owner.host !== hostname()) return owner.ageMs > SILENT_MS;
  if (owner.pid === process.pid) return !held.has(owner.id);
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    // EPERM means that the process lives and belongs to another user.
    return errno(error) === 'ESRCH';
  }
}

function busy(root: string, path: string, owner: Owner | null): McpgenError {
  const who = owner?.kind === 'process' ? ` (process ${owner.pid} on ${owner.host})` : '';
  return new McpgenError(
    'build-running',
    `another mcpgen build${who} is writing ${root}. Wait for it to end and run the command again; if none is running, delete ${path}.`,
  );
}
