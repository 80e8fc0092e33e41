import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, test } from 'node:test';
import { lineEdits } from '#src/output/line-edits.js';
import { unifiedDiff } from '#src/output/unified-diff.js';
import { randomOf as random, SEED } from '../support/random.js';
import { put, tree } from './support.js';

const GIT = 'diff --git a/f b/f\n';

const numbers = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');

describe('text', () => {
  test('nothing differs', () => {
    assert.equal(unifiedDiff({ path: 'a', before: 'x', after: 'x' }), '');
    assert.equal(unifiedDiff({ path: 'a', before: null, after: null }), '');
  });

  test('a changed line, with three lines of context', () => {
    assert.equal(
      unifiedDiff({ path: 'f', before: numbers(1, 9), after: numbers(1, 9).replace('5\n', 'five\n') }),
      `${GIT}--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n`,
    );
  });

  test('changes six lines apart share a hunk, seven apart do not', () => {
    const diff = (gap: number): string => unifiedDiff({ path: 'f', before: `a\n${numbers(1, gap)}b\n`, after: `A\n${numbers(1, gap)}B\n` });
    assert.equal(diff(6).match(/^@@/gm)?.length, 1);
    assert.equal(diff(7).match(/^@@/gm)?.length, 2);
  });

  test('created and removed', () => {
    assert.equal(
      unifiedDiff({ path: 'f', before: null, after: 'a\nb\n' }),
      `${GIT}new file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n`,
    );
    assert.equal(
      unifiedDiff({ path: 'f', before: 'a\n', after: null }),
      `${GIT}deleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n`,
    );
  });

  test('created and removed empty files', () => {
    assert.equal(unifiedDiff({ path: 'f', before: null, after: '' }), 'diff --git a/f b/f\nnew file mode 100644\n');
    assert.equal(unifiedDiff({ path: 'f', before: '', after: null }), 'diff --git a/f b/f\ndeleted file mode 100644\n');
  });

  test('a final newline comes or goes', () => {
    assert.equal(
      unifiedDiff({ path: 'f', before: 'a', after: 'a\n' }),
      `${GIT}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n`,
    );
    assert.equal(
      unifiedDiff({ path: 'f', before: 'a\n', after: 'a' }),
      `${GIT}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n`,
    );
  });

  test('a carriage return is part of its line', () => {
    assert.equal(unifiedDiff({ path: 'f', before: 'a\r\n', after: 'a\n' }), `${GIT}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\r\n+a\n`);
  });

  test('names', () => {
    assert.match(unifiedDiff({ path: 'a b', before: 'x', after: 'y' }), /^diff --git "a\/a b" "b\/a b"\n--- "a\/a b"\n\+\+\+ "b\/a b"\n/);
    assert.match(unifiedDiff({ path: 'a"\n\u0001', before: 'x', after: 'y' }), /^diff --git "a.*"\n--- "a\/a\\042\\012\\001"\n/);
  });
});

const LINES = [
  '',
  'a',
  'b',
  '}',
  '  }',
  'a\r',
  'ünï',
  '日本',
  '-- x',
  '++ y',
  '\\ No newline',
  '@@ -1 +1 @@',
  '\t',
  'diff --git a/x b/x',
] as const;

function someText(seed: number): string {
  const { below, pick } = random(seed);
  const lines = Array.from({ length: below(30) }, () => pick(LINES));
  return lines.join('\n') + (below(3) > 0 && lines.length > 0 ? '\n' : '');
}

function edited(text: string, seed: number): string {
  const { below, pick } = random(seed);
  const lines = text.split('\n');
  for (let count = below(6); count > 0; count--)
    lines.splice(below(lines.length + 1), below(4), ...Array.from({ length: below(4) }, () => pick(LINES)));
  return lines.join('\n');
}

/** Folders of old and new files, and one patch from the first to the second. */
function fuzzed(seed: number): { readonly before: Map<string, string>; readonly after: Map<string, string>; readonly patch: string } {
  const { below } = random(seed);
  const [before, after, patch] = [new Map<string, string>(), new Map<string, string>(), [] as string[]];
  for (let file = 0; file < 150; file++) {
    const path = `${['x', 'y/z', 'spa ce', 'ü'][file % 4]}/${file}.txt`;
    const kind = below(8);
    const old = kind === 0 ? null : someText(seed * 1000 + file);
    const next = kind === 1 ? null : kind === 2 || old === null ? someText(seed * 2000 + file) : edited(old, seed * 3000 + file);
    if (old !== null) before.set(path, old);
    if (next !== null) after.set(path, next);
    patch.push(unifiedDiff({ path, before: old, after: next }));
  }
  return { before, after, patch: patch.join('') };
}

const hasPatch = spawnSync('patch', ['--version']).status === 0;
const tools = [
  { name: 'git apply', args: ['apply', '--whitespace=nowarn', '-'], skip: false },
  { name: 'patch -p1', args: ['-p1', '--binary', '--quiet', '--force'], skip: hasPatch ? false : 'patch is not installed' },
] as const;

for (const { name, args, skip } of tools) {
  test(`${name} takes it (seed ${SEED})`, { skip }, (t) => {
    for (let round = 0; round < 3; round++) {
      const { before, after, patch } = fuzzed(SEED + round);
      const got = applied(t, name.startsWith('git') ? 'git' : 'patch', args, before, patch);
      assert.deepEqual(
        got,
        Object.fromEntries([...after].sort(([one], [other]) => (one < other ? -1 : 1))),
        `seed ${SEED}, round ${round}`,
      );
    }
  });
}

function applied(
  t: TestContext,
  tool: string,
  args: readonly string[],
  before: ReadonlyMap<string, string>,
  patch: string,
): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-diff-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'y'));
  for (const [path, contents] of before) put(folder, path, contents);
  // The ceiling keeps git from finding a repository above, whose rules would apply.
  const { status, stdout, stderr } = spawnSync(tool, args, {
    cwd: folder,
    input: patch,
    encoding: 'utf8',
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
  });
  assert.equal(status, 0, `${tool} (seed ${SEED}): ${stderr}${stdout}`);
  return Object.fromEntries(Object.entries(tree(folder)).filter(([, contents]) => contents !== 'folder'));
}

describe('line edits', () => {
  const apply = (a: readonly string[], b: readonly string[], effort?: number): { readonly result: string[]; readonly cost: number } => {
    const result = [...a];
    let cost = 0;
    for (const { aStart, aEnd, bStart, bEnd } of [...lineEdits(a, b, effort)].reverse()) {
      result.splice(aStart, aEnd - aStart, ...b.slice(bStart, bEnd));
      cost += aEnd - aStart + bEnd - bStart;
    }
    return { result, cost };
  };

  const shortest = (a: readonly string[], b: readonly string[]): number => {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (const [i, line] of a.entries()) {
      const next = [i + 1];
      for (const [j, other] of b.entries()) next.push(line === other ? (row[j] ?? 0) : 1 + Math.min(row[j + 1] ?? 0, next[j] ?? 0));
      row = next;
    }
    return row.at(-1) ?? 0;
  };

  test(`are right for any effort, and shortest within it (seed ${SEED})`, () => {
    for (let round = 0; round < 400; round++) {
      const { below } = random(SEED + round);
      const list = (): string[] => Array.from({ length: below(20) }, () => String(below(4)));
      const [a, b] = [list(), list()];
      assert.deepEqual(apply(a, b, 1 + below(6)).result, b, `seed ${SEED}, round ${round}`);
      assert.equal(apply(a, b).cost, shortest(a, b), `seed ${SEED}, round ${round}`);
    }
  });

  test('beyond the effort a block that went or came is still found as a block', () => {
    const a = Array.from({ length: 5_000 }, (_, index) => `line ${index}`);
    const b = [...a.slice(0, 100), ...a.slice(3_000)];
    assert.equal(lineEdits(a, b).length, 1);
    assert.equal(lineEdits(b, a).length, 1);
  });

  const huge = (name: string, a: readonly string[], b: readonly string[]): void => {
    test(`${name}: 50 000 lines end soon`, () => {
      const start = performance.now();
      const edits = lineEdits(a, b);
      const took = performance.now() - start;
      assert.ok(took < 5_000, `took ${took} ms`);
      const result = edits.flatMap(({ aEnd, bStart, bEnd }, index) => [
        ...b.slice(bStart, bEnd),
        ...a.slice(aEnd, edits[index + 1]?.aStart),
      ]);
      assert.equal([...a.slice(0, edits[0]?.aStart), ...result].join('\n'), b.join('\n'));
    });
  };
  const many = (line: (index: number) => string): readonly string[] => Array.from({ length: 50_000 }, (_, index) => line(index));
  huge(
    'totally different',
    many((index) => `a${index}`),
    many((index) => `b${index}`),
  );
  huge(
    'every other line differs',
    many((index) => `${index}`),
    many((index) => (index % 2 ? `${index}` : `b${index}`)),
  );
  huge(
    'few distinct lines',
    many((index) => `${(index * index) % 7}`),
    many((index) => `${(index * index * index) % 5}`),
  );
});
