/** Where clients reach the gateway, and the profile that follows from it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';

const trafficOf = (config: Json) => planOf(config).traffic;
const gateway = (gateway: Json): Json => least({ gateway: { sessionKeys: [{ secret: 'SEAL' }], ...gateway } });

describe('the public URL', () => {
  const URLS: Readonly<Record<string, readonly [href: string, scheme: string, host: string, port: number, isPublic: boolean]>> = {
    'https://mcp.acme.com': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'https://mcp.acme.com/': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'HTTPS://MCP.Acme.COM:443': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'https://mcp.acme.com:8443': ['https://mcp.acme.com:8443', 'https', 'mcp.acme.com', 8443, true],
    'http://mcp.acme.com': ['http://mcp.acme.com', 'http', 'mcp.acme.com', 80, true],
    'http://10.0.0.1:8080': ['http://10.0.0.1:8080', 'http', '10.0.0.1', 8080, true],
    'http://localhost:9000': ['http://localhost:9000', 'http', 'localhost', 9000, false],
    'http://127.0.0.1': ['http://127.0.0.1', 'http', '127.0.0.1', 80, false],
    'http://127.8.8.8:1': ['http://127.8.8.8:1', 'http', '127.8.8.8', 1, false],
    'http://[::1]:8080': ['http://[::1]:8080', 'http', '[::1]', 8080, false],
    'http://127.0.0.1.evil.com': ['http://127.0.0.1.evil.com', 'http', '127.0.0.1.evil.com', 80, true],
    'https://bücher.example': ['https://xn--bcher-kva.example', 'https', 'xn--bcher-kva.example', 443, true],
  };
  for (const [url, [href, scheme, host, port, isPublic]] of Object.entries(URLS)) {
    test(url, () => assert.deepEqual(trafficOf(gateway({ url })).publicUrl, { href, scheme, host, port, isPublic, from: 'gateway.url' }));
  }

  test('is on loopback at the port the gateway listens on, when there is none', () => {
    const { publicUrl } = trafficOf(least());
    assert.deepEqual(publicUrl, { href: 'http://127.0.0.1:8080', scheme: 'http', host: '127.0.0.1', port: 8080, isPublic: false, from: 'gateway' });
    assert.equal(trafficOf(gateway({ listen: { port: 9000 } })).publicUrl.href, 'http://127.0.0.1:9000');
  });

  test('accepts its own host however the request spells it: the gateway drops a trailing dot before it looks', () => {
    const { hosts } = trafficOf(gateway({ url: 'https://mcp.acme.com.' }));
    assert.deepEqual(hosts.map(({ name }) => name), ['mcp.acme.com']);
  });
});

describe('the profile', () => {
  const PROFILES: readonly (readonly [written: string | undefined, url: string | undefined, profile: string])[] = [
    [undefined, undefined, 'local'],
    [undefined, 'http://localhost:8080', 'local'],
    [undefined, 'https://mcp.acme.com', 'production'],
    ['local', 'https://mcp.acme.com', 'local'],
    ['production', undefined, 'production'],
  ];
  for (const [profile, url, wanted] of PROFILES) {
    test(`${profile ?? 'none'} written, ${url ?? 'no URL'}`, () => {
      const config = { ...gateway(url === undefined ? {} : { url }), ...(profile === undefined ? {} : { profile }) };
      assert.equal(planOf(config).profile, wanted);
    });
  }
});
