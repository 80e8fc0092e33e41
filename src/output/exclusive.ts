/**
 * One build at a time in an output folder, by a file that only one process can create. It names its owner, so that one left by a killed
 * build is taken over at once.
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
/** A process needs microseconds to fill the file it created; one that is unreadable for this long was killed in between. */
const UNREADABLE_MS = 1_000;
/** Processes of another machine, or container, cannot be looked up; they show by the file's age that they live. */
const HEARTBEAT_MS = 2_000;
const SILENT_MS = 10_000;

/** Tokens that this process holds. A file with our pid and another token is of an earlier process: in containers pids repeat. */
const held = new Set<string>();

/** Runs `work` while no other build is in `root`. Waits for one that is, then gives up with `build-running`. */
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
 * Removes the file of a dead owner. Two builds may see the same one: were both simply to remove it, the slower would remove the file
 * that the faster has just created in its place. So this is done under an exclusive file of its own, named for the dead owner, after
 * looking again.
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
    // Deleted by hand: that is the user's decision.
    if (errno(error) === null) throw error;
  }
}

function release(path: string, token: string): void {
  held.delete(token);
  try {
    if (readOwner(path)?.id === token) unlinkSync(path);
  } catch (error) {
    // The next build finds it stale; the result of this one stands.
    if (errno(error) === null) throw error;
  }
}

type Owner =
  | { readonly kind: 'process'; readonly id: string; readonly pid: number; readonly host: string; readonly ageMs: number }
  | { readonly kind: 'unreadable'; readonly id: string };

/** Null when there is no such file (any more). */
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
    // Whatever it is: null throws here too, and the fields are checked.
    const { pid, host, token } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof host !== 'string') return null;
    // It becomes part of a file name.
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
    // EPERM: it lives, and is someone else's.
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
