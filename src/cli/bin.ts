#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { main } from './main.js';

// A reader that stops reading (`mcpgen rules | head`) closes the pipe, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** The folder may have been removed since the shell entered it. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('mcpgen: the folder this was started in does not exist any more; go to another one\n');
    process.exit(2);
  }
}

process.exitCode = await main(process.argv.slice(2), {
  cwd: workingFolder(),
  env: process.env,
  input: () => text(process.stdin),
  out: (part) => void process.stdout.write(part),
  err: (part) => void process.stderr.write(part),
  isTty: process.stdout.isTTY === true,
  clock: () => performance.now(),
  today: () => new Date().toISOString().slice(0, 10),
});
