import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { cpSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Group } from '#src/output/groups.js';
import './no-fsync.js';
import { randomOf as random, SEED } from '../support/random.js';
import { build, outcome, temporaryRoot, tree } from './support.js';
import { contentsOf, version } from './versions.js';

const CHILD = fileURLToPath(new URL('./build-child.js', import.meta.url));
const OURS = /(^|\/)(mcpgen\.lock\.json|\.mcpgen[^/]*)$/;

/** What a build that nobody disturbed leaves, lock and all. */
async function cleanTree(t: TestContext, groups: readonly Group[]): Promise<Record<string, string>> {
  const root = temporaryRoot(t);
  assert.ok((await build(root, groups)).ok);
  return tree(root);
}

async function succeeds(root: string, groups: readonly Group[], message: string): Promise<void> {
  const lines = await outcome(build(root, groups));
  assert.ok(!lines.some((line) => line.startsWith('conflict')), `${message}: ${lines.join(', ')}`);
}

function assertOldOrNew(found: Record<string, string>, message: string): void {
  const [one, two] = [contentsOf(version('one')), contentsOf(version('two'))];
  for (const [path, contents] of Object.entries(found)) {
    if (contents === 'folder' || OURS.test(path)) continue;
    assert.ok(contents === one.get(path) || contents === two.get(path), `${path} is neither old nor new: ${message}`);
  }
}

test(`a build killed at a random moment leaves every file old or new, and the next one just works (seed ${SEED})`, async (t) => {
  const versions = [
    { groups: version('one'), clean: await cleanTree(t, version('one')) },
    { groups: version('two'), clean: await cleanTree(t, version('two')) },
  ] as const;
  const { below, pick } = random(SEED);
  let halfway = 0;
  const lane = async (rounds: number): Promise<void> => {
    // One folder for all rounds: what one leaves wrong the next ones meet.
    const root = temporaryRoot(t);
    for (let round = 0; round < rounds; round++) {
      const message = `seed ${SEED}, round ${round}`;
      const child = spawn(process.execPath, [CHILD, root, 'one', 'two'], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await elapsed(below(50));
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      const [code, signal] = await exit;
      assert.deepEqual([code, signal], [null, 'SIGKILL'], message);
      if (fs.existsSync(root)) {
        const left = tree(root);
        assertOldOrNew(left, message);
        if (left['mcpgen.lock.json']?.includes('"pending"')) halfway++;
      }
      const next = pick(versions);
      await succeeds(root, next.groups, message);
      assert.deepEqual(tree(root), next.clean, message);
    }
  };
  await Promise.all([lane(15), lane(15)]);
  t.diagnostic(`${halfway} of 30 builds were killed between their first and last file`);
});

const STEPS = ['open', 'rename', 'unlink', 'mkdir', 'rmdir'] as const;
const SYNC_STEPS = ['openSync', 'writeSync', 'unlinkSync'] as const;

/** Lets the file system take `steps` more changes, then none: what a killed process leaves. Returns what puts it right again. */
function stopAfter(steps: number): { readonly restore: () => void; readonly reached: () => boolean } {
  let left = steps;
  const stopping =
    <A extends readonly unknown[], R>(original: (...args: A) => R) =>
    (...args: A): R => {
      if (left-- <= 0) throw new Error('stopped');
      return original(...args);
    };
  const originals = { ...fs.promises };
  const syncOriginals = { ...fs };
  for (const name of STEPS) Object.assign(fs.promises, { [name]: stopping(originals[name] as (...args: unknown[]) => unknown) });
  for (const name of SYNC_STEPS) Object.assign(fs, { [name]: stopping(syncOriginals[name] as (...args: unknown[]) => unknown) });
  syncBuiltinESMExports();
  return {
    reached: () => left < 0,
    restore: () => {
      for (const name of STEPS) Object.assign(fs.promises, { [name]: originals[name] });
      for (const name of SYNC_STEPS) Object.assign(fs, { [name]: syncOriginals[name] });
      syncBuiltinESMExports();
    },
  };
}

test('a build stopped before any one of its steps is carried on, or taken back', async (t) => {
  const [before, after] = [version('one', 1), version('two', 1)];
  const [cleanBefore, cleanAfter] = [await cleanTree(t, before), await cleanTree(t, after)];
  const pristine = temporaryRoot(t);
  await build(pristine, before);
  let steps = 0;
  for (let reached = true; reached; steps++) {
    const root = join(dirname(pristine), 'copy');
    cpSync(pristine, root, { recursive: true });
    const stop = stopAfter(steps);
    try {
      await build(root, after).catch((error: unknown) => assert.match(String(error), /stopped/));
    } finally {
      stop.restore();
    }
    reached = stop.reached();
    assertOldOrNew(tree(root), `step ${steps}`);
    const back = steps % 3 === 0;
    await succeeds(root, back ? before : after, `step ${steps}`);
    assert.deepEqual(tree(root), back ? cleanBefore : cleanAfter, `step ${steps}`);
    rmSync(root, { recursive: true });
  }
  assert.ok(steps > 40, `only ${steps} steps`);
  t.diagnostic(`${steps} steps`);
});
