/** Which origins a set accepts, as written in a config and read back by the runtime. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { originAllowed } from '#src/gateway/runtime/decision/origin.js';
import { randomOf } from '../../support/random.js';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

function setOf(origin: unknown): (asked: string) => boolean {
  const tables = tablesOf(gatewayConfig({ origins: { it: origin } }));
  const matcher = tables.originSets.get(tables.routes.get('/mcp/search')?.origins ?? '') ?? assert.fail('no set');
  return (asked) => originAllowed(matcher, asked.toLowerCase());
}

interface Case {
  readonly written: unknown;
  readonly accepts: readonly string[];
  readonly refuses: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'an exact origin': {
    written: 'https://app.example.com',
    accepts: ['https://app.example.com', 'HTTPS://APP.example.com'],
    refuses: [
      'http://app.example.com', 'https://app.example.com:8443', 'https://app.example.com:443', 'https://app.example.com.', 'https://app.example.com/',
      'https://app.example.com.evil.example', 'https://evil.example?https://app.example.com', 'https://evilapp.example.com',
      'https://app.example.com@evil.example', 'null', '', 'app.example.com', 'https://app.example.com evil', 'file://',
    ],
  },
  'a default port, which is left out': {
    written: 'https://app.example.com:443',
    accepts: ['https://app.example.com'],
    refuses: ['https://app.example.com:443', 'https://app.example.com:80'],
  },
  'another port': {
    written: 'http://app.example.com:8080',
    accepts: ['http://app.example.com:8080'],
    refuses: ['http://app.example.com', 'http://app.example.com:80800', 'https://app.example.com:8080'],
  },
  'a name that is not ASCII': {
    written: 'https://bücher.example',
    accepts: ['https://xn--bcher-kva.example'],
    refuses: ['https://bucher.example', 'https://b\u00fccher.example'],
  },
  'one label below': {
    written: 'https://*.example.com',
    accepts: ['https://a.example.com', 'https://a-b-0.example.com'],
    refuses: [
      'https://example.com', 'https://.example.com', 'https://a.b.example.com', 'https://aexample.com', 'http://a.example.com',
      'https://a.example.com:8443', 'https://a.example.com.evil.example', 'https://evil.example/.example.com', 'https://evil.example#.example.com',
      'https://evil@a.example.com', 'https://a_b.example.com', 'https://a.example.com.', 'https://-\u0000.example.com', 'https://*.example.com\n',
    ],
  },
  'one label below, at a port': {
    written: 'https://*.example.com:8443',
    accepts: ['https://a.example.com:8443'],
    refuses: ['https://a.example.com', 'https://a.example.com:84430', 'https://a.example.com:443'],
  },
  'loopback at any port': {
    written: 'http://localhost:*',
    accepts: ['http://localhost', 'http://localhost:3000', 'http://127.0.0.1:5173', 'http://[::1]:8080'],
    refuses: [
      'https://localhost:3000', 'http://localhost.evil.example', 'http://127.0.0.1.nip.io', 'http://127.0.0.2:3000', 'http://evil.example:3000',
      'http://localhost:0', 'http://localhost:3000/', 'http://localhost:123456', 'http://0.0.0.0:3000', 'http://[::]:80', 'null',
    ],
  },
  'any https': {
    written: { preset: 'any-https' },
    accepts: ['https://a.example', 'https://a.example:8443', 'https://192.0.2.1'],
    refuses: [
      'http://a.example', 'null', 'https://', 'https://a b', 'https://a.example/', 'https://a@b', 'chrome-extension://abcdef',
      'https://a.example, https://b.example', 'https://a..example',
    ],
  },
  ngrok: {
    written: { preset: 'ngrok' },
    accepts: ['https://abc.ngrok-free.app', 'https://a.b.ngrok.io'],
    refuses: ['http://abc.ngrok-free.app', 'https://ngrok.io.evil.example', 'https://evilngrok.io', 'https://abc.ngrok-free.com'],
  },
};

describe('origins', () => {
  for (const [name, { written, accepts, refuses }] of Object.entries(CASES)) {
    test(name, () => {
      const allowed = setOf(written);
      for (const origin of accepts) assert.ok(allowed(origin), `${origin} should pass`);
      for (const origin of refuses) assert.ok(!allowed(origin), `${origin} should not pass`);
    });
  }

  test('what is not understood matches nothing, itself included', () => {
    for (const written of [
      '*', 'https://*', 'null', 'https://*.com', 'https://a.*.com', 'http://0.0.0.0:3000', '^https://.*$', 'https://app.example.com/path',
      'app.example.com',
    ]) {
      const allowed = setOf(written);
      for (const origin of [written, 'https://app.example.com', 'null', 'https://a.com', 'http://0.0.0.0:3000', 'https://a.x.com'])
        assert.ok(!allowed(origin), `${written} let ${origin} pass`);
    }
  });

  test('no origin made from pieces passes the exact, subdomain and loopback sets unless it is one of theirs', () => {
    const { seed, pick, below } = randomOf();
    const allowed = setOf(['https://app.example.com', 'https://*.dev.example.com', 'http://localhost:*']);
    const PIECES = [
      'https', 'http', '://', 'app', 'a', '.', 'dev', 'example', 'com', 'localhost', '127.0.0.1', '[::1]', ':', '80', '@', '/', '#', '?', '\\', '*',
      ' ', '-', 'null', '%2e', '\u0000',
    ];
    const THEIRS = /^(https:\/\/app\.example\.com|https:\/\/[a-z0-9-]+\.dev\.example\.com|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[1-9]\d{0,4})?)$/;
    for (let i = 0; i < 20_000; i++) {
      const origin =
        pick(['', 'https://', 'http://', 'https://app.example.com', 'https://a.dev.example.com', 'http://localhost']) +
        Array.from({ length: below(6) }, () => pick(PIECES)).join('');
      assert.equal(allowed(origin), THEIRS.test(origin), `MCPGEN_SEED=${seed}: ${JSON.stringify(origin)}`);
    }
  });

  test('a long origin costs no more than its length', () => {
    const allowed = setOf({ preset: 'any-https' });
    const started = performance.now();
    for (const origin of [`https://${'a.'.repeat(50_000)}`, `https://${'a-'.repeat(50_000)}!`, `https://[${':'.repeat(100_000)}`]) assert.ok(!allowed(origin));
    assert.ok(performance.now() - started < 5000);
  });
});
