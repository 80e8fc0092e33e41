import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { McpgenError } from '#src/errors.js';
import { type Change, type Obstacle, type OnDisk, decideChanges, overrule, pathsOfInterest } from '#src/output/changes.js';
import { type Group, type Scope, EVERYTHING, desiredFiles } from '#src/output/groups.js';
import { type Lock, EMPTY_LOCK } from '#src/output/lock.js';
import { lockAfter, lockDuring } from '#src/output/next-lock.js';
import { fileOnDisk } from '#src/output/read-disk.js';
import { sha256 } from '#src/output/sha256.js';
import { type Files, group } from './support.js';

/** What a build of these groups leaves in the lock. */
function lockOf(groups: readonly Group[], scope: Scope = EVERYTHING, before: Lock = EMPTY_LOCK): Lock {
  return lockAfter({ lock: before, groups, desired: desiredFiles(groups, scope), scope, generator: '1' });
}

interface Case {
  readonly groups: readonly Group[];
  readonly lock?: Lock;
  readonly scope?: Scope;
  readonly disk: Readonly<Record<string, string | Obstacle>>;
}

function decide({ groups, lock = EMPTY_LOCK, scope = EVERYTHING, disk }: Case): readonly Change[] {
  const input = { desired: desiredFiles(groups, scope), lock, scope };
  const found = pathsOfInterest(input).map((path): [string, OnDisk] => {
    const there = disk[path];
    if (there === undefined) return [path, { kind: 'absent' }];
    return [path, typeof there === 'string' ? fileOnDisk(Buffer.from(there)) : there];
  });
  return decideChanges({ ...input, disk: new Map(found) });
}

const brief = (changes: readonly Change[]): readonly string[] =>
  changes.map((change) => `${change.kind}${change.kind === 'conflict' ? ` ${change.reason}` : ''} ${change.path}`);

const nginx = (files: Files): readonly Group[] => [group('nginx', files)];

describe('one file', () => {
  const old = lockOf(nginx({ a: 'old' }));
  const cases: readonly (readonly [string, Case, readonly string[]])[] = [
    ['absent, unlisted', { groups: nginx({ a: 'new' }), disk: {} }, ['created a']],
    ['absent, listed: deleted by hand, comes back', { groups: nginx({ a: 'new' }), lock: old, disk: {} }, ['created a']],
    ['as last written', { groups: nginx({ a: 'new' }), lock: old, disk: { a: 'old' } }, ['changed a']],
    ['as wanted', { groups: nginx({ a: 'old' }), lock: old, disk: { a: 'old' } }, ['unchanged a']],
    ['as wanted, unlisted', { groups: nginx({ a: 'new' }), disk: { a: 'new' } }, ['unchanged a']],
    ['as wanted, though the lock says otherwise', { groups: nginx({ a: 'new' }), lock: old, disk: { a: 'new' } }, ['unchanged a']],
    ['other, unlisted', { groups: nginx({ a: 'new' }), disk: { a: 'theirs' } }, ['conflict foreign a']],
    ['neither old nor new', { groups: nginx({ a: 'new' }), lock: old, disk: { a: 'edited' } }, ['conflict edited a']],
    ['edited while nothing is new', { groups: nginx({ a: 'old' }), lock: old, disk: { a: 'edited' } }, ['conflict edited a']],
    ['no longer wanted', { groups: nginx({}), lock: old, disk: { a: 'old' } }, ['removed a']],
    ['no longer wanted, target gone', { groups: [], lock: old, disk: { a: 'old' } }, ['removed a']],
    ['no longer wanted, edited', { groups: [], lock: old, disk: { a: 'edited' } }, ['conflict edited a']],
    ['no longer wanted, gone already', { groups: [], lock: old, disk: {} }, []],
    [
      'no longer wanted, a folder now',
      { groups: [], lock: old, disk: { a: { kind: 'obstacle', at: 'a', what: 'directory', holds: ['a/x'] } } },
      [],
    ],
    ['unwanted and unlisted', { groups: [], disk: { a: 'theirs' } }, []],
  ];
  for (const [name, input, expected] of cases) test(name, () => assert.deepEqual(brief(decide(input)), expected));
});

describe('what counts as edited', () => {
  test('line endings do', () => {
    assert.deepEqual(brief(decide({ groups: nginx({ a: 'x\n' }), lock: lockOf(nginx({ a: 'x\n' })), disk: { a: 'x\r\n' } })), [
      'conflict edited a',
    ]);
  });

  test('bytes that only look alike when decoded do', () => {
    const desired = desiredFiles(nginx({ a: '\ufffd' }), EVERYTHING);
    const disk = new Map([['a', fileOnDisk(Buffer.from([0xff]))]]);
    const lock = lockOf(nginx({ a: '\ufffd' }));
    assert.deepEqual(brief(decideChanges({ desired, lock, scope: EVERYTHING, disk })), ['conflict edited a']);
  });

  test('a byte order mark does', () => {
    assert.deepEqual(brief(decide({ groups: nginx({ a: 'x' }), lock: lockOf(nginx({ a: 'x' })), disk: { a: '\ufeffx' } })), [
      'conflict edited a',
    ]);
  });
});

describe('a build that was killed', () => {
  const before = nginx({ a: 'old a', b: 'old b', gone: 'old gone' });
  const after = nginx({ a: 'new a', b: 'new b', fresh: 'new fresh' });
  const lock = lockOf(before);
  const desired = desiredFiles(after, EVERYTHING);
  const input = { lock, groups: after, desired, scope: EVERYTHING, generator: '1' };
  const disk = { a: 'old a', b: 'old b', gone: 'old gone' };
  const during = lockDuring(input, lockAfter(input), decide({ groups: after, lock, disk }));

  test('leaves both hashes in the lock', () => {
    assert.equal(during.groups.length, 1);
    assert.equal(during.groups[0]?.files.get('a'), sha256('new a'));
    assert.deepEqual(Object.fromEntries(during.groups[0]?.pending ?? []), {
      a: [sha256('old a')],
      b: [sha256('old b')],
      gone: [sha256('old gone')],
    });
  });

  test('is carried on', () => {
    assert.deepEqual(brief(decide({ groups: after, lock: during, disk: { ...disk, a: 'new a' } })), [
      'unchanged a',
      'changed b',
      'created fresh',
      'removed gone',
    ]);
  });

  test('is taken back', () => {
    assert.deepEqual(brief(decide({ groups: before, lock: during, disk: { a: 'new a', b: 'old b', fresh: 'new fresh' } })), [
      'changed a',
      'unchanged b',
      'removed fresh',
      'created gone',
    ]);
  });

  test('is overtaken by a third', () => {
    const third = nginx({ a: 'third a', b: 'third b' });
    assert.deepEqual(brief(decide({ groups: third, lock: during, disk: { ...disk, a: 'new a', fresh: 'new fresh' } })), [
      'changed a',
      'changed b',
      'removed fresh',
      'removed gone',
    ]);
  });

  test('does not excuse a hand edit', () => {
    assert.deepEqual(brief(decide({ groups: after, lock: during, disk: { ...disk, a: 'edited' } }))[0], 'conflict edited a');
  });

  test('removing a whole target keeps it in the lock until its files are gone', () => {
    const none = { lock, groups: [], desired: new Map(), scope: EVERYTHING, generator: '1' };
    const half = lockDuring(none, lockAfter(none), decide({ groups: [], lock, disk }));
    assert.deepEqual(brief(decide({ groups: [], lock: half, disk: { b: 'old b' } })), ['removed b']);
    // A partial build of something else in between does not lose them.
    const fly = [group('fly', { f: '1' })];
    const scope = { environments: null, targets: ['fly'] };
    assert.deepEqual(brief(decide({ groups: [], lock: lockOf(fly, scope, half), disk: { b: 'old b', f: '1' } })), [
      'removed b',
      'removed f',
    ]);
  });
});

describe('partial builds', () => {
  const lock = lockOf([
    group('nginx', { n: '1' }),
    group('fly', { f: '1' }),
    group('nginx', { n: '1' }, 'prod'),
    group('fly', { f: '1' }, 'prod'),
  ]);
  const disk = { n: '1', f: '1', 'prod/n': '1', 'prod/f': '1' };

  test('one target', () => {
    const scope = { environments: null, targets: ['nginx'] };
    assert.deepEqual(brief(decide({ groups: [group('nginx', { n: '2' })], lock, scope, disk })), ['changed n', 'removed prod/n']);
  });

  test('one environment', () => {
    const scope = { environments: ['prod'], targets: null };
    const groups = [group('nginx', { n: '2' }, 'prod')];
    assert.deepEqual(brief(decide({ groups, lock, scope, disk })), ['removed prod/f', 'changed prod/n']);
    const next = lockOf(groups, scope, lock);
    assert.deepEqual(
      next.groups.map(({ environment, target }) => `${environment ?? ''}/${target}`),
      ['/nginx', '/fly', 'prod/nginx'],
    );
  });

  test('the base alone', () => {
    assert.deepEqual(brief(decide({ groups: [], lock, scope: { environments: [null], targets: ['fly'] }, disk })), ['removed f']);
  });

  test('a file that moves to a group of this build leaves the other one', () => {
    const scope = { environments: null, targets: ['gateway'] };
    const groups = [group('gateway', { n: '2' })];
    assert.deepEqual(brief(decide({ groups, lock, scope, disk })), ['changed n']);
    const next = lockOf(groups, scope, lock);
    assert.deepEqual(next.groups.find(({ environment, target }) => environment === null && target === 'nginx')?.files, new Map());
  });

  test('a file that a group out of scope lists too is not removed', () => {
    const twice: Lock = {
      generator: '1',
      groups: [...lockOf(nginx({ shared: '1' })).groups, ...lockOf([group('fly', { shared: '1' })]).groups],
    };
    assert.deepEqual(
      brief(decide({ groups: [], lock: twice, scope: { environments: null, targets: ['nginx'] }, disk: { shared: '1' } })),
      [],
    );
  });
});

describe('a file and a folder of one name', () => {
  const file: Obstacle = { kind: 'obstacle', at: 'nginx', what: 'file' };
  const folder: Obstacle = { kind: 'obstacle', at: 'nginx', what: 'directory', holds: ['nginx/a', 'nginx/b'] };

  test('our file becomes a folder', () => {
    assert.deepEqual(
      brief(decide({ groups: nginx({ 'nginx/a': '1' }), lock: lockOf(nginx({ nginx: '1' })), disk: { nginx: '1', 'nginx/a': file } })),
      ['removed nginx', 'created nginx/a'],
    );
  });

  test("someone's file stands where a folder is needed", () => {
    assert.deepEqual(brief(decide({ groups: nginx({ 'nginx/a': '1' }), disk: { 'nginx/a': file } })), ['conflict blocked nginx/a']);
  });

  test('our folder becomes a file', () => {
    const lock = lockOf(nginx({ 'nginx/a': '1', 'nginx/b': '1' }));
    assert.deepEqual(brief(decide({ groups: nginx({ nginx: '1' }), lock, disk: { nginx: folder, 'nginx/a': '1', 'nginx/b': '1' } })), [
      'created nginx',
      'removed nginx/a',
      'removed nginx/b',
    ]);
  });

  test("our folder becomes a file, but holds someone's", () => {
    const lock = lockOf(nginx({ 'nginx/a': '1' }));
    assert.deepEqual(brief(decide({ groups: nginx({ nginx: '1' }), lock, disk: { nginx: folder, 'nginx/a': '1' } })), [
      'conflict blocked nginx',
      'removed nginx/a',
    ]);
  });
});

describe('--force', () => {
  test('overrules hand edits and foreign files, and says so', () => {
    const lock = lockOf(nginx({ a: '1', gone: '1' }));
    const changes = decide({ groups: nginx({ a: '2', b: '2' }), lock, disk: { a: 'x', b: 'y', gone: 'z' } }).map(overrule);
    assert.deepEqual(
      changes.map((change) => [change.kind, change.path, 'overruled' in change ? change.overruled : undefined]),
      [
        ['changed', 'a', 'edited'],
        ['changed', 'b', 'foreign'],
        ['removed', 'gone', 'edited'],
      ],
    );
  });

  test('does not overrule what cannot be written', () => {
    const link: Obstacle = { kind: 'obstacle', at: 'a', what: 'symlink', leadsTo: '/etc', dangling: false };
    assert.deepEqual(brief(decide({ groups: nginx({ a: '1' }), disk: { a: link } }).map(overrule)), ['conflict blocked a']);
  });
});

describe('what only a bug in mcpgen can ask for', () => {
  const bugs: readonly (readonly [string, readonly Group[], RegExp, Scope?])[] = [
    ['one path by two targets', [group('nginx', { a: '1' }), group('fly', { a: '1' })], /target "nginx" and target "fly" both emit "a"/],
    ['one path by two environments', [group('nginx', { 'prod/a': '1' }), group('nginx', { a: '1' }, 'prod')], /both emit "prod\/a"/],
    [
      'one path twice',
      [
        {
          ...group('nginx', {}),
          files: [
            { path: 'a', contents: '1' },
            { path: 'a', contents: '1' },
          ],
        },
      ],
      /both emit "a"/,
    ],
    ['a file below a file', [group('nginx', { 'a/b/c': '1' }), group('fly', { a: '1' })], /"a" is emitted as a file/],
    ['one group twice', [group('nginx', {}), group('nginx', {})], /target "nginx" is built twice/],
    ['a group out of scope', [group('nginx', {})], /not in the scope/, { environments: ['prod'], targets: null }],
    ['a path that leads out', [group('nginx', { '../a': '1' })], /has a "\.\." segment/],
    ['the lock itself', [group('nginx', { 'mcpgen.lock.json': '1' })], /keeps for itself/],
  ];
  for (const [name, groups, why, scope = EVERYTHING] of bugs) {
    test(name, () => {
      assert.throws(
        () => desiredFiles(groups, scope),
        (error) => error instanceof McpgenError && error.code === 'bug' && error.exit === 70 && why.test(error.message),
      );
    });
  }
});
