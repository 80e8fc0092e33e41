import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, Conflict, FileOnDisk } from '#src/output/changes.js';
import type { Drift } from '#src/output/drift.js';
import { fileOnDisk } from '#src/output/read-disk.js';
import { buildReport, bytes, conflictReport, driftReport } from '#src/output/report.js';

const disk = (contents: string | Uint8Array): FileOnDisk => fileOnDisk(Buffer.from(contents));
const edited = (path: string, before: string, after: string | null): Conflict => ({
  kind: 'conflict',
  reason: 'edited',
  path,
  before: disk(before),
  after,
});

describe('build report', () => {
  const changes: readonly Change[] = [
    { kind: 'created', path: 'nginx/nginx.conf', after: 'x'.repeat(1_234) },
    { kind: 'changed', path: 'fly.toml', before: disk('12345'), after: '123', overruled: null },
    { kind: 'removed', path: 'old', before: disk('12'), overruled: null },
    { kind: 'unchanged', path: 'same', after: 'ü' },
  ];

  test('hides what is unchanged', () => {
    assert.deepEqual(buildReport(changes), [
      '+ created    generated/nginx/nginx.conf  1.2 kB',
      '~ changed    generated/fly.toml          3 B (-2 B)',
      '- removed    generated/old               2 B',
      '1 created, 1 changed, 1 removed, 1 unchanged',
    ]);
  });

  test('shows it when asked', () => {
    assert.equal(buildReport(changes, { verbose: true, label: 'out' })[3], '= unchanged  out/same              2 B');
  });

  test('says what --force cost', () => {
    const forced: readonly Change[] = [
      { kind: 'changed', path: 'a', before: disk('1'), after: '2', overruled: 'edited' },
      { kind: 'changed', path: 'b', before: disk('1'), after: '2', overruled: 'foreign' },
      { kind: 'removed', path: 'c', before: disk('1'), overruled: 'edited' },
    ];
    assert.deepEqual(buildReport(forced).slice(0, 3), [
      '~ changed    generated/a  1 B (+0 B), a hand edit overwritten',
      '~ changed    generated/b  1 B (+0 B), a file of others overwritten',
      '- removed    generated/c  1 B, a hand edit removed',
    ]);
  });

  test('of nothing', () => assert.deepEqual(buildReport([]), ['nothing to write']));

  test('sizes', () => {
    assert.deepEqual([0, 999, 1_000, 12_345, 999_949, 999_950, 12_345_678].map(bytes), [
      '0 B',
      '999 B',
      '1.0 kB',
      '12.3 kB',
      '999.9 kB',
      '1.0 MB',
      '12.3 MB',
    ]);
  });
});

describe('conflict report', () => {
  test('shows the hand edit and the ways out', () => {
    assert.equal(
      conflictReport([edited('nginx/nginx.conf', 'a\nmine\n', 'a\n')]),
      `generated/nginx/nginx.conf was edited by hand. From what is there to what the config says:

diff --git a/generated/nginx/nginx.conf b/generated/nginx/nginx.conf
--- a/generated/nginx/nginx.conf
+++ b/generated/nginx/nginx.conf
@@ -1,2 +1 @@
 a
-mine

Nothing was written. Move your change into mcp.config.ts or rerun with --force to lose it.
`,
    );
  });

  test('foreign files', () => {
    assert.match(
      conflictReport([{ kind: 'conflict', reason: 'foreign', path: 'README.md', before: disk('theirs\n'), after: 'ours\n' }], {
        label: 'out',
      }),
      /^out\/README\.md exists already, and mcpgen did not write it\. [^]*\n-theirs\n\+ours\n/,
    );
  });

  test('an edited file that is no longer wanted', () => {
    assert.match(
      conflictReport([edited('a', 'mine', null)]),
      /^generated\/a is no longer generated, but was edited by hand, so it is not removed\.\n/,
    );
  });

  test('line endings alone', () => assert.match(conflictReport([edited('a', 'x\r\n', 'x\n')]), /only its line endings differ/));

  test('not text', () => {
    assert.match(
      conflictReport([{ kind: 'conflict', reason: 'edited', path: 'a', before: disk(new Uint8Array([0xff])), after: 'x' }]),
      /it is not UTF-8 text/,
    );
  });

  test('long edits are cut', () => {
    const report = conflictReport([edited('a', 'x\n'.repeat(100), '')]);
    assert.match(report, /\n… 64 more lines\n/);
    assert.equal(report.match(/^-x$/gm)?.length, 36);
  });

  test('contents cannot drive the terminal', () => {
    const report = conflictReport([edited('a', 'x\u001b[2J\u009b\r\n', 'x\n')]);
    assert.match(report, /-x\\x1b\[2J\\x9b␍\n/);
  });

  test('what --force does not help against does not advise it', () => {
    const blocked = (obstacle: (Conflict & { reason: 'blocked' })['obstacle']): string =>
      conflictReport([{ kind: 'conflict', reason: 'blocked', path: 'nginx/a', obstacle }]);
    assert.equal(
      blocked({ kind: 'obstacle', at: 'nginx', what: 'symlink', leadsTo: '/etc/nginx', dangling: false }),
      'generated/nginx/a cannot be written: generated/nginx is a symlink to /etc/nginx, outside of generated, ' +
        'and mcpgen writes nothing there. Remove the link.\n\nNothing was written.\n',
    );
    assert.match(
      blocked({ kind: 'obstacle', at: 'nginx', what: 'symlink', leadsTo: '../x', dangling: true }),
      /which does not exist\. Remove the link/,
    );
    assert.match(
      blocked({ kind: 'obstacle', at: 'nginx', what: 'file' }),
      /generated\/nginx is a file where a folder is needed\. Move it away/,
    );
    assert.match(
      blocked({ kind: 'obstacle', at: 'nginx/a', what: 'directory', holds: ['nginx/a/x', 'nginx/a/y'] }),
      /it is a folder, which holds generated\/nginx\/a\/x and 1 more\. Move it away/,
    );
    assert.match(blocked({ kind: 'obstacle', at: 'nginx/a', what: 'special' }), /neither a file nor a folder/);
  });
});

describe('drift report', () => {
  const none = { missing: 0, changed: 0, edited: 0, foreign: 0, surplus: 0, blocked: 0, lock: 0, unchanged: 0 };
  const report = (entries: Drift['entries'], counts: Partial<Drift['counts']>): string =>
    driftReport({ entries, counts: { ...none, ...counts }, lockMissing: false });

  test('none', () => assert.equal(report([], { unchanged: 3 }), 'no drift: 3 files are as the config says\n'));

  test("the lock's diff is shown only when it is all there is", () => {
    const lock = { kind: 'lock', path: 'mcpgen.lock.json', diff: 'LOCK\n' } as const;
    assert.equal(report([lock], { lock: 1, unchanged: 3 }), 'LOCK\n\ndrift: lock. Run `npx mcpgen build` and commit the result.\n');
    assert.equal(
      report([{ kind: 'missing', path: 'a', diff: 'A\n' }, lock], { lock: 1, missing: 1 }),
      'A\n\ndrift: 1 missing, lock. Run `npx mcpgen build` and commit the result.\n',
    );
  });
});
