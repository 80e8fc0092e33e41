import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackHost } from '#src/plan/loopback.js';

test('the machine itself, as URLs name it', () => {
  for (const url of ['http://localhost:1', 'http://LOCALHOST', 'http://127.0.0.1', 'http://127.9.8.7', 'http://127.1', 'http://[::1]:80']) {
    assert.equal(isLoopbackHost(new URL(url).hostname), true, url);
  }
});

test('names and addresses that only look like it', () => {
  for (const host of ['localhost.acme.test', 'mylocalhost', '127.0.0.1.nip.test', '128.0.0.1', '0.0.0.0', '[::]', '[::2]', '']) {
    assert.equal(isLoopbackHost(host), false, host);
  }
});
