import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lock, type LockedGroup, parseLock, printLock } from '#src/output/lock.js';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

const locked = (
  environment: string | null,
  target: string,
  files: Record<string, string>,
  pending: Record<string, string[]> = {},
): LockedGroup => ({
  environment,
  target,
  config: 'c0ffee',
  files: new Map(Object.entries(files)),
  pending: new Map(Object.entries(pending)),
});

const text = (value: unknown): string => JSON.stringify(value);
const withFiles = (files: unknown): string =>
  text({ formatVersion: 1, generator: '1', environments: { '': { nginx: { config: '', files } } } });

function problem(lock: string): string {
  const parsed = parseLock(lock);
  assert.equal(parsed.ok, false, `accepted: ${lock}`);
  return parsed.ok ? '' : parsed.problem;
}

test('prints sorted, with LF and a final newline, whatever the order it is given', () => {
  const groups = [
    locked('prod', 'nginx', { 'prod/nginx/b.conf': HASH, 'prod/nginx/a.conf': OTHER }, { 'prod/nginx/b.conf': [OTHER] }),
    locked(null, 'gateway', { 'gateway/main.js': HASH }),
    locked('prod', 'compose', {}),
  ];
  const printed = printLock({ generator: '1.2.3', groups });
  assert.equal(
    printed,
    `{
  "formatVersion": 1,
  "generator": "1.2.3",
  "environments": {
    "": {
      "gateway": {
        "config": "c0ffee",
        "files": {
          "gateway/main.js": "${HASH}"
        }
      }
    },
    "prod": {
      "compose": {
        "config": "c0ffee",
        "files": {}
      },
      "nginx": {
        "config": "c0ffee",
        "files": {
          "prod/nginx/a.conf": "${OTHER}",
          "prod/nginx/b.conf": "${HASH}"
        },
        "pending": {
          "prod/nginx/b.conf": [
            "${OTHER}"
          ]
        }
      }
    }
  }
}
`,
  );
  assert.equal(printLock({ generator: '1.2.3', groups: [...groups].reverse() }), printed);
});

test('reads back what it prints', () => {
  const lock: Lock = {
    generator: '0.1.0',
    groups: [
      locked(null, '__proto__', { '__proto__': HASH, 'ü/ß.txt': OTHER }, { gone: [HASH, OTHER] }),
      locked('__proto__', 'fly', { '__proto__/fly.toml': HASH }),
    ],
  };
  const parsed = parseLock(printLock(lock));
  assert.ok(parsed.ok);
  assert.equal(printLock(parsed.lock), printLock(lock));
  assert.deepEqual(new Set(parsed.lock.groups), new Set(lock.groups));
});

test('reads a lock that was checked out with CRLF', () => {
  const lock: Lock = { generator: '0.1.0', groups: [locked(null, 'nginx', { 'nginx/nginx.conf': HASH })] };
  assert.deepEqual(parseLock(printLock(lock).replaceAll('\n', '\r\n')), { ok: true, lock });
});

const UNSAFE: readonly (readonly [string, RegExp])[] = [
  ['/etc/passwd', /is absolute/],
  ['C:/Windows', /is absolute/],
  ['../outside', /has a "\.\." segment/],
  ['nginx/../../outside', /has a "\.\." segment/],
  ['nginx/..', /has a "\.\." segment/],
  ['./nginx', /has a "\." segment/],
  ['nginx//a', /has an empty segment/],
  ['nginx/', /has an empty segment/],
  ['', /is empty/],
  ['..\\outside', /has a backslash/],
  ['a\nb', /has a control character/],
  ['a\u0000', /has a control character/],
  ['mcpgen.lock.json', /keeps for itself/],
  ['.mcpgen.lock.pid', /keeps for itself/],
];
for (const [path, why] of UNSAFE) {
  test(`refuses the path ${JSON.stringify(path)}`, () => {
    assert.match(problem(withFiles({ [path]: HASH })), why);
    const pending = { '': { nginx: { config: '', files: {}, pending: { [path]: [HASH] } } } };
    assert.match(problem(text({ formatVersion: 1, generator: '1', environments: pending })), why);
  });
}

const BROKEN: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', '{', /is not JSON/],
  ['nothing', '', /is not JSON/],
  ['a merge left open', `{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> branch\n}`, /merge conflict markers/],
  ['a list', '[]', /no object where the file belongs/],
  ['null', 'null', /no object where the file belongs/],
  ['no version', '{}', /no valid "formatVersion"/],
  ['a version as text', text({ formatVersion: '1' }), /no valid "formatVersion"/],
  ['no environments', text({ formatVersion: 1, generator: '1' }), /no object where "environments" belongs/],
  ['no generator', text({ formatVersion: 1, environments: {} }), /no text where "generator" belongs/],
  ['an environment that is a path', text({ formatVersion: 1, generator: '1', environments: { 'a/b': {} } }), /not a folder's name/],
  ['an environment that leads out', text({ formatVersion: 1, generator: '1', environments: { '..': {} } }), /not a folder's name/],
  [
    'a target that is no object',
    text({ formatVersion: 1, generator: '1', environments: { '': { nginx: 1 } } }),
    /no object where target "nginx" belongs/,
  ],
  [
    'no config',
    text({ formatVersion: 1, generator: '1', environments: { '': { nginx: { files: {} } } } }),
    /no text where "config" of target "nginx" belongs/,
  ],
  ['files as a list', withFiles([HASH]), /no object where "files" of target "nginx" belongs/],
  ['a hash that is none', withFiles({ a: 'xyz' }), /no sha256 for "a"/],
  ['a hash in capitals', withFiles({ a: HASH.toUpperCase() }), /no sha256 for "a"/],
  ['a hash that is a number', withFiles({ a: 5 }), /no sha256 for "a"/],
  [
    'pending without a list',
    text({ formatVersion: 1, generator: '1', environments: { '': { nginx: { config: '', files: {}, pending: { a: HASH } } } } }),
    /no list of hashes for "a"/,
  ],
];
for (const [name, lock, why] of BROKEN) {
  test(`explains ${name}`, () => assert.match(problem(lock), why));
}

test('tells a lock of a later mcpgen from a broken one', () => {
  assert.deepEqual(parseLock(text({ formatVersion: 2, whatever: true })), {
    ok: false,
    newer: true,
    problem: 'has format version 2, and this mcpgen knows 1',
  });
});
