/** What stands in the way of a file: folders, files and links. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { build, files, get, group, outcome, put, temporaryRoot, tree } from './support.js';

describe('files and folders that trade places', () => {
  test('back and forth', async (t) => {
    const root = temporaryRoot(t);
    const file = [group('nginx', { x: '1' })];
    const folder = [group('nginx', { 'x/y/z': '1', 'x/w': '2' })];
    await build(root, file);
    assert.deepEqual(await outcome(build(root, folder)), ['removed x', 'created x/w', 'created x/y/z']);
    // An empty folder is nobody's work.
    mkdirSync(join(root, 'x/empty/deep'), { recursive: true });
    assert.deepEqual(await outcome(build(root, file)), ['created x', 'removed x/w', 'removed x/y/z']);
    assert.deepEqual(files(root), { x: '1' });
  });

  test('not when there is something else in the way, force or not', async (t) => {
    const root = temporaryRoot(t);
    put(root, 'x', 'theirs');
    put(root, 'y/z', 'theirs');
    for (const force of [false, true]) {
      assert.deepEqual(await outcome(build(root, [group('nginx', { 'x/a': '1', y: '1' })], { force })), [
        'conflict blocked x/a',
        'conflict blocked y',
      ]);
    }
    assert.deepEqual(tree(root), { x: 'theirs', y: 'folder', 'y/z': 'theirs' });
  });
});

describe('symlinks', () => {
  test('to a folder outside are not written through, force or not', async (t) => {
    const root = temporaryRoot(t);
    const outside = join(dirname(root), 'outside');
    put(outside, 'a', 'theirs');
    mkdirSync(root);
    symlinkSync(outside, join(root, 'nginx'));
    for (const force of [false, true]) {
      assert.deepEqual(await outcome(build(root, [group('nginx', { 'nginx/a': '1', 'nginx/sub/b': '1' })], { force })), [
        'conflict blocked nginx/a',
        'conflict blocked nginx/sub/b',
      ]);
    }
    assert.deepEqual(tree(outside), { a: 'theirs' });
  });

  test('to a folder outside are not cleaned or emptied through either', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { 'nginx/sub/a': '1' })]);
    const outside = join(dirname(root), 'outside');
    renameSync(join(root, 'nginx'), outside);
    put(outside, 'sub/.mcpgen-0123456789abcdef.tmp', 'x');
    mkdirSync(join(outside, 'empty'));
    symlinkSync(outside, join(root, 'nginx'));
    assert.deepEqual(await outcome(build(root, [])), []);
    assert.deepEqual(tree(outside), { empty: 'folder', sub: 'folder', 'sub/.mcpgen-0123456789abcdef.tmp': 'x', 'sub/a': '1' });
    assert.equal(files(root)['nginx'], `-> ${outside}`);
  });

  test('to a file outside, or to nothing, are conflicts', async (t) => {
    const root = temporaryRoot(t);
    put(dirname(root), 'outside.txt', '1');
    mkdirSync(root);
    symlinkSync('../outside.txt', join(root, 'a'));
    symlinkSync('nowhere', join(root, 'b'));
    assert.deepEqual(await outcome(build(root, [group('nginx', { a: '1', b: '1' })], { force: true })), [
      'conflict blocked a',
      'conflict blocked b',
    ]);
    assert.equal(get(dirname(root), 'outside.txt'), '1');
  });

  test('that stay inside are fine, and so is an output folder that is one', async (t) => {
    const root = temporaryRoot(t);
    const real = join(dirname(root), 'real');
    mkdirSync(join(real, 'b'), { recursive: true });
    symlinkSync(real, root);
    symlinkSync('b', join(real, 'a'));
    const groups = [group('nginx', { 'a/x': '1' })];
    assert.deepEqual(await outcome(build(root, groups)), ['created a/x']);
    assert.equal(get(real, 'b/x'), '1');
    assert.deepEqual(await outcome(build(root, groups)), ['unchanged a/x']);
  });
});
