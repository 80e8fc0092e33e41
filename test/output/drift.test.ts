import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { McpgenError } from '#src/errors.js';
import { type DriftInput, drift } from '#src/output/drift.js';
import type { Group } from '#src/output/groups.js';
import { build, group, put, temporaryRoot, tree } from './support.js';

const LOCK = 'mcpgen.lock.json';
const check = (root: string, groups: readonly Group[], more: Partial<DriftInput> = {}) =>
  drift({ root, groups, generator: '1.0.0', ...more });

const brief = async (result: ReturnType<typeof drift>): Promise<readonly string[]> =>
  (await result).entries.map(({ kind, path }) => `${kind} ${path}`);

describe('build --check', () => {
  test('finds nothing after a build', async (t) => {
    const root = temporaryRoot(t);
    const groups = [group('nginx', { a: '1', 'b/c': '2' }), group('fly', { d: '3' }, 'prod')];
    await build(root, groups);
    const { entries, counts } = await check(root, groups);
    assert.deepEqual(entries, []);
    assert.deepEqual(counts, { missing: 0, changed: 0, edited: 0, foreign: 0, surplus: 0, blocked: 0, lock: 0, unchanged: 3 });
  });

  test('finds everything when nothing was built, and creates nothing', async (t) => {
    const root = temporaryRoot(t);
    assert.deepEqual(await brief(check(root, [group('nginx', { a: '1' })])), ['missing a', `lock ${LOCK}`]);
    assert.equal(existsSync(root), false);
  });

  test('names every kind of difference', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { changed: '1', deleted: '1', edited: '1', gone: '1', 'gone-edited': '1', same: '1' })]);
    unlinkSync(join(root, 'deleted'));
    put(root, 'edited', 'mine');
    put(root, 'gone-edited', 'mine');
    put(root, 'foreign', 'theirs');
    put(root, 'unrelated', 'theirs');
    put(root, 'x/blocked/file', 'theirs');
    const before = tree(root);
    const groups = [group('nginx', { changed: '2', deleted: '1', edited: '1', foreign: '2', fresh: '2', same: '1', 'x/blocked': '2' })];
    const { entries, counts } = await check(root, groups);
    assert.deepEqual(
      entries.map(({ kind, path }) => `${kind} ${path}`),
      [
        'changed changed',
        'missing deleted',
        'edited edited',
        'foreign foreign',
        'missing fresh',
        'surplus gone',
        'edited gone-edited',
        'blocked x/blocked',
        `lock ${LOCK}`,
      ],
    );
    assert.deepEqual(counts, { missing: 2, changed: 1, edited: 2, foreign: 1, surplus: 1, blocked: 1, lock: 1, unchanged: 1 });
    assert.deepEqual(tree(root), before);
    assert.match(entries[0]?.diff ?? '', /^diff --git a\/generated\/changed b\/generated\/changed\n[^]*\n-1\n[^]*\+2\n/);
    assert.match(entries[5]?.diff ?? '', /\n\+\+\+ \/dev\/null\n/);
    assert.match(entries[7]?.diff ?? '', /it is a folder, which holds generated\/x\/blocked\/file/);
  });

  test('finds a lock that alone is off', async (t) => {
    const root = temporaryRoot(t);
    const groups = [group('nginx', { a: '1' })];
    await build(root, groups);
    assert.deepEqual(await brief(check(root, groups, { generator: '2.0.0' })), [`lock ${LOCK}`]);
    unlinkSync(join(root, LOCK));
    assert.deepEqual(await brief(check(root, groups)), [`lock ${LOCK}`]);
  });

  test('of a part looks at that part alone', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { n: '1' }), group('fly', { f: '1' })]);
    put(root, 'f', 'edited');
    const scope = { environments: null, targets: ['nginx'] };
    assert.deepEqual(await brief(check(root, [group('nginx', { n: '1' })], { scope })), []);
    assert.deepEqual(await brief(check(root, [], { scope })), ['surplus n', `lock ${LOCK}`]);
  });

  test('shows a file that is not text as different', async (t) => {
    const root = temporaryRoot(t);
    put(root, 'a', new Uint8Array([0xff, 0]));
    const { entries } = await check(root, [group('nginx', { a: '1' })], { label: 'out' });
    assert.equal(entries[0]?.diff, 'Binary files a/out/a and b/out/a differ\n');
  });

  test('does not follow links out', async (t) => {
    const root = temporaryRoot(t);
    put(dirname(root), 'outside/a', '1');
    mkdirSync(root);
    symlinkSync('../outside', join(root, 'x'));
    const { entries } = await check(root, [group('nginx', { 'x/a': '1' })]);
    assert.equal(entries[0]?.kind, 'blocked');
  });

  test('stops at a lock it cannot read', async (t) => {
    const root = temporaryRoot(t);
    put(root, LOCK, 'null');
    await assert.rejects(check(root, []), (error) => error instanceof McpgenError && error.code === 'lock-invalid');
  });

  test('prints a patch that does what a build would', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { changed: 'a\nb\n', gone: '1\n', 'sp ace/x': '1' }), group('fly', { 'fly/deep/f': '1' })]);
    put(root, 'changed', 'a\nmine\nb\n');
    const groups = [group('nginx', { changed: 'a\nb\nc', 'fresh/y': '', 'sp ace/x': '2\n' })];
    const { entries } = await check(root, groups);
    const { status, stderr } = spawnSync('git', ['apply', '-'], {
      cwd: dirname(root),
      input: entries.map(({ diff }) => diff).join(''),
      encoding: 'utf8',
      env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual((await check(root, groups)).entries, []);
  });
});
