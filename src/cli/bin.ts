#!/usr/bin/env node
import { main } from './main.js';

// A reader that stops reading (`mcpgen rules | head`) closes the pipe, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTty: process.stdout.isTTY === true,
  clock: () => performance.now(),
  today: () => new Date().toISOString().slice(0, 10),
});
