/**
 * Run as a process by the tests: `node build-child.js ROOT FIRST SECOND TIMES` says `ready`, then builds the two versions in turn, TIMES
 * times or, with 0, until it is killed.
 */
import './no-fsync.js';
import { build } from './support.js';
import { version } from './versions.js';

const [root = '', first = '', second = '', times = '0'] = process.argv.slice(2);
process.stdout.write('ready\n');
for (let count = 0; times === '0' || count < Number(times); count++) {
  const result = await build(root, version(count % 2 === 0 ? first : second), { waitMs: 60_000 });
  if (!result.ok) throw new Error(`conflicts: ${result.conflicts.map(({ path }) => path).join(', ')}`);
}
