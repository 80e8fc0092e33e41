/** The images of the demo servers: the committed stack starts as shipped. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../support/folder.js';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  /** Those of a lock file. */
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
}
const json = (path: string) => JSON.parse(text(path)) as Package;
const SERVERS = 'examples/servers';
const dockerfile = text(`${SERVERS}/Dockerfile`);

describe('examples: the images of the demo servers', () => {
  test('field-27e there is one for each image that the config of the repository names, and its command is there', () => {
    const named = [...text('mcp.config.ts').matchAll(/image: '([^']+)'/g)].map(([, image]) => image);
    const built = [...dockerfile.matchAll(/^FROM servers AS (\S+)$/gm)].map(([, target = '']) => target);
    assert.deepEqual(named.toSorted(), built.map((target) => `localhost/mcpgen-demo-${target}:0.1.0`).toSorted());
    const commands = [...dockerfile.matchAll(/^CMD (.*)$/gm)].map(([, words = '']) => JSON.parse(words) as readonly string[]);
    assert.equal(commands.length, built.length);
    for (const [program, ...paths] of commands) {
      assert.equal(program, 'node');
      for (const path of paths) assert.ok(existsSync(join(ROOT, path)), path);
    }
  });

  test('field-27e they install what the repository has, as their lock says, and the package carries all of it', () => {
    const { dependencies } = json(`${SERVERS}/package.json`);
    const { packages } = json(`${SERVERS}/package-lock.json`);
    const own = json('package-lock.json').packages;
    assert.deepEqual(Object.keys(dependencies).sort(), ['@modelcontextprotocol/sdk', 'zod']);
    for (const [name, version] of Object.entries(dependencies)) assert.equal(version, own[`node_modules/${name}`]?.version, name);
    for (const [path, { integrity }] of Object.entries(packages)) if (path !== '') assert.match(integrity ?? '', /^sha512-/, path);
    assert.ok(json('package.json').files.includes(SERVERS));
  });

  test('field-27e a build sees no .env, and the servers listen where others reach them', () => {
    const ignored = text(`${SERVERS}/.dockerignore`).split('\n');
    for (const name of ['.env*', 'node_modules']) assert.ok(ignored.includes(name), name);
    assert.match(dockerfile, /^ENV HOST=::$/m);
    assert.match(dockerfile, /^USER \d+:\d+$/m, 'runAsNonRoot needs a number');
  });
});
