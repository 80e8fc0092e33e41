import assert from 'node:assert/strict';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { McpgenError } from '#src/errors.js';
import { parseLock } from '#src/output/lock.js';
import { replaceFile } from '#src/output/replace-file.js';
import { sha256 } from '#src/output/sha256.js';
import { build, files, get, group, outcome, put, temporaryRoot, tree } from './support.js';

const LOCK = 'mcpgen.lock.json';

const failsWith =
  (code: string, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof McpgenError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.exit, 2);
    return true;
  };

describe('a build', () => {
  test('creates the folder, the files and the lock', async (t) => {
    const root = temporaryRoot(t);
    assert.deepEqual(
      await outcome(build(root, [group('nginx', { 'nginx/nginx.conf': 'x\n' }), group('fly', { 'fly.toml': '' }, 'prod')])),
      ['created nginx/nginx.conf', 'created prod/fly.toml'],
    );
    assert.deepEqual(files(root), { nginx: 'folder', 'nginx/nginx.conf': 'x\n', prod: 'folder', 'prod/fly.toml': '' });
    const lock = parseLock(get(root, LOCK));
    assert.ok(lock.ok);
    assert.deepEqual(lock.lock, {
      generator: '1.0.0',
      groups: [
        {
          environment: null,
          target: 'nginx',
          config: 'hash of nginx',
          files: new Map([['nginx/nginx.conf', sha256('x\n')]]),
          pending: new Map(),
        },
        { environment: 'prod', target: 'fly', config: 'hash of fly', files: new Map([['prod/fly.toml', sha256('')]]), pending: new Map() },
      ],
    });
  });

  test('again touches nothing, the lock included', async (t) => {
    const root = temporaryRoot(t);
    const groups = [group('nginx', { a: '1', b: '2' })];
    await build(root, groups);
    for (const path of ['a', 'b', LOCK]) utimesSync(join(root, path), 1, 1);
    assert.deepEqual(await outcome(build(root, groups)), ['unchanged a', 'unchanged b']);
    for (const path of ['a', 'b', LOCK]) assert.equal(statSync(join(root, path)).mtimeMs, 1_000, path);
  });

  test('replaces changed files alone', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: '1', b: '2' })]);
    utimesSync(join(root, 'a'), 1, 1);
    assert.deepEqual(await outcome(build(root, [group('nginx', { a: '1', b: '3' })])), ['unchanged a', 'changed b']);
    assert.deepEqual(files(root), { a: '1', b: '3' });
    assert.equal(statSync(join(root, 'a')).mtimeMs, 1_000);
  });

  test('field-23 keeps the mode of a file that it replaces: somebody has opened it to the users of containers', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(root);
    const path = join(root, 'file');
    writeFileSync(path, 'old');
    chmodSync(path, 0o644);
    const before = process.umask(0o077);
    try {
      await replaceFile(path, 'new');
    } finally {
      process.umask(before);
    }
    assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['new', 0o644]);
  });

  test('replaces by rename: whoever has the old file open keeps it whole', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: 'old' })]);
    linkSync(join(root, 'a'), join(dirname(root), 'same inode'));
    await build(root, [group('nginx', { a: 'new' })]);
    assert.equal(readFileSync(join(dirname(root), 'same inode'), 'utf8'), 'old');
  });

  test('writes bytes as given: CRLF, no final newline, any script, astral, byte order mark', async (t) => {
    const root = temporaryRoot(t);
    const contents = { crlf: 'a\r\nb\r\n', bare: 'x', 'ünï/日本.txt': 'ß 日本 🚀\n', bom: '\ufeffx\n', nul: 'a\u0000b', empty: '' };
    await build(root, [group('nginx', contents)]);
    for (const [path, expected] of Object.entries(contents)) assert.deepEqual(readFileSync(join(root, path)), Buffer.from(expected), path);
    const again = await outcome(build(root, [group('nginx', contents)]));
    assert.ok(
      again.every((line) => line.startsWith('unchanged')),
      again.join(),
    );
  });

  test('removes what is no longer wanted, and the folders that leaves empty', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { 'a/b/c': '1', 'a/d': '2', 'e/f': '3', 'g/h': '4' })]);
    put(root, 'e/theirs', 'x');
    assert.deepEqual(await outcome(build(root, [group('nginx', { 'a/d': '2' })])), [
      'removed a/b/c',
      'unchanged a/d',
      'removed e/f',
      'removed g/h',
    ]);
    assert.deepEqual(files(root), { a: 'folder', 'a/d': '2', e: 'folder', 'e/theirs': 'x' });
  });

  test('removes the empty folders of files that were deleted by hand', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { 'a/b': '1' })]);
    unlinkSync(join(root, 'a/b'));
    assert.deepEqual(await outcome(build(root, [])), []);
    assert.deepEqual(files(root), {});
  });

  test('leaves what it does not own', async (t) => {
    const root = temporaryRoot(t);
    put(root, 'notes.txt', 'mine');
    put(root, 'nginx/extra.conf', 'mine');
    await build(root, [group('nginx', { 'nginx/nginx.conf': '1' })]);
    await build(root, []);
    assert.deepEqual(files(root), { nginx: 'folder', 'nginx/extra.conf': 'mine', 'notes.txt': 'mine' });
  });

  test('cleans up after a killed one, by exact name alone', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { 'a/x': '1' })]);
    const leftover = '.mcpgen-0123456789abcdef.tmp';
    put(root, leftover, 'half');
    put(root, `a/${leftover}`, 'half');
    put(root, '.mcpgen.lock.pid.0123456789abcdef', 'claim');
    put(root, 'a/.mcpgen-mine.tmp', 'kept');
    put(root, `theirs/${leftover}`, 'not in a folder of ours');
    await build(root, [group('nginx', { 'a/x': '1' })]);
    assert.deepEqual(Object.keys(files(root)), ['a', 'a/.mcpgen-mine.tmp', 'a/x', 'theirs', `theirs/${leftover}`]);
  });
});

describe('a conflict', () => {
  test('stops the whole build before anything is written', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: '1', b: '1', gone: '1' })]);
    put(root, 'a', 'edited');
    put(root, 'gone', 'edited');
    put(root, 'fresh', 'theirs');
    const before = tree(root);
    assert.deepEqual(await outcome(build(root, [group('nginx', { a: '2', b: '2', fresh: '2', other: '2' })])), [
      'conflict edited a',
      'conflict foreign fresh',
      'conflict edited gone',
    ]);
    assert.deepEqual(tree(root), before);
  });

  test('gives way to force', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: '1', gone: '1' })]);
    put(root, 'a', 'edited');
    put(root, 'gone', 'edited');
    put(root, 'fresh', 'theirs');
    const groups = [group('nginx', { a: '2', fresh: '2' })];
    assert.deepEqual(await outcome(build(root, groups, { force: true })), ['changed a', 'changed fresh', 'removed gone']);
    assert.deepEqual(files(root), { a: '2', fresh: '2' });
    assert.deepEqual(await outcome(build(root, groups)), ['unchanged a', 'unchanged fresh']);
  });

  test('is none when the edit is what the config now says', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: '1' })]);
    put(root, 'a', '2');
    assert.deepEqual(await outcome(build(root, [group('nginx', { a: '2' })])), ['unchanged a']);
    assert.deepEqual(await outcome(build(root, [group('nginx', { a: '3' })])), ['changed a']);
  });

  test('is none when the lock was lost and the files are as wanted', async (t) => {
    const root = temporaryRoot(t);
    const groups = [group('nginx', { a: '1', 'b/c': '2' })];
    await build(root, groups);
    const lock = get(root, LOCK);
    unlinkSync(join(root, LOCK));
    assert.deepEqual(await outcome(build(root, groups)), ['unchanged a', 'unchanged b/c']);
    assert.equal(get(root, LOCK), lock);
  });
});

describe('a partial build', () => {
  test('replaces its groups alone, in the files and in the lock', async (t) => {
    const root = temporaryRoot(t);
    const base = [
      group('nginx', { n: '1' }, 'dev'),
      group('fly', { f: '1' }, 'dev'),
      group('nginx', { n: '1' }, 'prod'),
      group('fly', { f: '1' }, 'prod'),
    ];
    await build(root, base);
    // Not even looked at, so an edit there does not stand in the way.
    put(root, 'dev/f', 'edited');
    const scope = { environments: ['prod'], targets: ['nginx'] };
    assert.deepEqual(await outcome(build(root, [group('nginx', { n: '2', m: '2' }, 'prod')], { scope })), [
      'created prod/m',
      'changed prod/n',
    ]);
    assert.deepEqual(files(root), {
      dev: 'folder',
      'dev/f': 'edited',
      'dev/n': '1',
      prod: 'folder',
      'prod/f': '1',
      'prod/m': '2',
      'prod/n': '2',
    });
    assert.deepEqual(await outcome(build(root, [], { scope: { environments: ['prod'], targets: null } })), [
      'removed prod/f',
      'removed prod/m',
      'removed prod/n',
    ]);
    assert.deepEqual(files(root), { dev: 'folder', 'dev/f': 'edited', 'dev/n': '1' });
    assert.deepEqual(await outcome(build(root, base)), ['conflict edited dev/f']);
  });
});

describe('a lock that cannot be used', () => {
  test('stops the build, and force writes everything anew', async (t) => {
    const root = temporaryRoot(t);
    await build(root, [group('nginx', { a: '1' })]);
    put(root, LOCK, '<<<<<<< HEAD\n');
    const groups = [group('nginx', { a: '2' })];
    await assert.rejects(
      build(root, groups),
      failsWith('lock-invalid', /generated\/mcpgen\.lock\.json has merge conflict markers\. .*--force/),
    );
    assert.deepEqual(files(root), { a: '1' });
    assert.deepEqual(await outcome(build(root, groups, { force: true })), ['changed a']);
    assert.deepEqual(await outcome(build(root, groups)), ['unchanged a']);
  });

  test('of a later mcpgen stops it for good', async (t) => {
    const root = temporaryRoot(t);
    put(root, LOCK, '{"formatVersion": 2}');
    await assert.rejects(build(root, [], { force: true }), failsWith('lock-newer', /Update mcpgen/));
  });

  test('that lists files outside removes none of them', async (t) => {
    const root = temporaryRoot(t);
    put(dirname(root), 'precious', 'x');
    put(
      root,
      LOCK,
      JSON.stringify({
        formatVersion: 1,
        generator: '1',
        environments: { '': { nginx: { config: '', files: { '../precious': sha256('x') } } } },
      }),
    );
    await assert.rejects(build(root, []), failsWith('lock-invalid', /has a "\.\." segment/));
    assert.equal(get(dirname(root), 'precious'), 'x');
  });
});

describe('what the system refuses', () => {
  test('an output folder that is a file', async (t) => {
    const root = temporaryRoot(t);
    put(dirname(root), 'generated', 'x');
    await assert.rejects(build(root, []), failsWith('not-a-directory', /generated: there is a file where a folder is needed/));
    await assert.rejects(build(join(root, 'deeper'), []), failsWith('not-a-directory', /generated\/deeper/));
  });

  test('a lock that is a folder', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(join(root, LOCK), { recursive: true });
    await assert.rejects(build(root, []), failsWith('is-a-directory', /mcpgen\.lock\.json: there is a folder where a file is needed/));
  });

  test(
    'an unwritable folder',
    { skip: process.getuid?.() === 0 && 'root may write anywhere; the same path is tested by a made-up EACCES below' },
    async (t) => {
      const root = temporaryRoot(t);
      await build(root, [group('nginx', { 'a/b': '1' })]);
      chmodSync(join(root, 'a'), 0o555);
      await assert.rejects(build(root, [group('nginx', { 'a/b': '2' })]), failsWith('permission-denied', /generated\/a\/b/));
      chmodSync(join(root, 'a'), 0o755);
    },
  );

  const refusals = [
    ['EACCES', 'permission-denied', /cannot write .*generated\/a\/b: permission denied\. Give this user/],
    ['EROFS', 'permission-denied', /read-only/],
    ['ENOSPC', 'disk-full', /the disk is full\. Free some space/],
    ['EDQUOT', 'disk-full', /the disk is full/],
    ['EIO', 'io', /cannot write .*generated\/a\/b: EIO: made up/],
  ] as const;
  for (const [errno, code, message] of refusals) {
    test(`${errno} in mid-write is explained, and the next build carries on`, async (t) => {
      const root = temporaryRoot(t);
      await build(root, [group('nginx', { 'a/b': '1', c: '1' })]);
      const rename = fs.promises.rename;
      fs.promises.rename = async (from, to) => {
        if (String(to).endsWith('b')) throw Object.assign(new Error(`${errno}: made up`), { code: errno, syscall: 'rename' });
        return rename(from, to);
      };
      syncBuiltinESMExports();
      const groups = [group('nginx', { 'a/b': '2', c: '2' })];
      try {
        await assert.rejects(build(root, groups), failsWith(code, message));
      } finally {
        fs.promises.rename = rename;
        syncBuiltinESMExports();
      }
      assert.equal(get(root, 'a/b'), '1');
      assert.ok((await build(root, groups)).ok);
      assert.deepEqual(files(root), { a: 'folder', 'a/b': '2', c: '2' });
    });
  }

  test('a fault of our own is not dressed up', async (t) => {
    const root = temporaryRoot(t);
    const groups = [group('nginx', { a: '1' }), group('fly', { a: '1' })];
    await assert.rejects(build(root, groups), (error) => error instanceof McpgenError && error.exit === 70);
    assert.equal(existsSync(root), false);
  });
});
