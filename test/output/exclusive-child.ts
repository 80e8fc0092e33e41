/** Run as a process by the tests: enters ten times, and logs entering and leaving. */
import { appendFileSync } from 'node:fs';
import { exclusively } from '#src/output/exclusive.js';

const [root = '', log = '', name = ''] = process.argv.slice(2);
for (let count = 0; count < 10; count++) {
  await exclusively(root, 60_000, async () => {
    appendFileSync(log, `enter ${name} ${count}\n`);
    await new Promise(setImmediate);
    appendFileSync(log, `leave ${name} ${count}\n`);
  });
}
