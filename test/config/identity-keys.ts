/** CONFIG.md's `I` rows: who is believed, what callers may, what servers are told. Part of the table of keys. */
import { asWritten, choice, count, duration, flag, key, NO_SCALAR, object, rate, secret, text, type Key } from './key-forms.js';

export const allowList = (at: string): Readonly<Record<string, Key>> => ({
  [at]: key([[{ cidrs: ['10.0.0.0/8', '::1'] }, { cidrs: ['10.0.0.0/8', '::1'] }]], [null, 5, 'x', {}, { cidr: [] }]),
  [`${at}.cidrs`]: asWritten([['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']], ['10.0.0.0/8', [5], [], null], [['any'], ['10.0.0.0/33'], ['example.com']]),
});

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
/** Names that MCP, HTTP or the gateway's decisions are made of, or by which a request could be made to look like two. */
const FIXED_HEADERS = [
  ...['Authorization', 'mcp-session-id', 'Host', 'Origin', 'Content-Length', 'Transfer-Encoding', 'Connection', 'TE', 'Upgrade', 'Cookie', 'X-Forwarded-For'],
  ...['Forwarded', 'X-Request-Id', 'traceparent', 'X-Mcpgen-Path', 'Proxy-Authorization', 'Expect', 'X-Real-IP', 'X-Original-URL'],
];
const ISSUER = { leeway: 30_000, scopes: [] };
const CONDITIONS = [
  [{ equals: 'a' }, { kind: 'in', values: ['a'] }],
  [{ in: ['a', 1, true] }, { kind: 'in', values: ['a', 1, true] }],
  [{ matches: 'report-*' }, { kind: 'matches', glob: 'report-*' }],
  [{ under: '/srv/public' }, { kind: 'under', path: '/srv/public' }],
  [{ min: 1, max: 2.5 }, { kind: 'range', min: 1, max: 2.5 }],
  [{ min: 0 }, { kind: 'range', min: 0, max: null }],
  [{ max: -1 }, { kind: 'range', min: null, max: -1 }],
  [{ maxLength: 100 }, { kind: 'length', max: 100 }],
  [{ present: false }, { kind: 'present', is: false }],
] as const;
/** By concrete path into `BASE`. */
export const IDENTITY: Readonly<Record<string, Key>> = {
  'gateway.limits.perClient': object(),
  'gateway.limits.perClient.rate': rate(),
  'gateway.limits.perClient.streams': count(),
  'gateway.limits.perClient.fromEnvironment': flag(),
  ...allowList('gateway.allow'),
  ...allowList('gateway.admin.allow'),
  'gateway.headers': object(),
  // The base has no https URL, without which the value of hsts has no effect.
  'gateway.headers.hsts': asWritten([false], [true, 5, ...NO_SCALAR], ['31536000', 'max-age=1; more', '']),
  'gateway.headers.csp': asWritten(["default-src 'self'", false], [true, 5, ...NO_SCALAR], ['', 'a\nb']),
  'gateway.headers.frame': asWritten(['DENY', 'SAMEORIGIN', false], ['deny', true, 5, ...NO_SCALAR]),
  'gateway.headers.referrer': asWritten(['no-referrer', 'strict-origin', false], ['unsafe-url', true, 5, ...NO_SCALAR]),
  'gateway.headers.permissions': asWritten(['camera=()', false], [true, 5, ...NO_SCALAR], ['', 'a\nb']),
  'auth.environmentKeys': flag(),
  'auth.jwt': key(
    [
      [{ issuer: 'https://id.acme.com/', jwks: 'https://id.acme.com/jwks' }, [{ issuer: 'https://id.acme.com/', jwks: 'https://id.acme.com/jwks', ...ISSUER }]],
      [
        { issuer: 'acme', secret: { secret: 'TOKENS' }, audience: 'a', algorithms: ['HS256'], leeway: '5s', maxAge: '1h', scopes: ['mcp'] },
        [
          {
            issuer: 'acme', secret: { secret: 'TOKENS' }, audience: ['a'], algorithms: ['HS256'], leeway: 5000, maxAge: 3_600_000, scopes: ['mcp'],
          },
        ],
      ],
      [
        [
          { issuer: 'http://localhost:9/a', jwks: 'http://127.0.0.1:9/jwks', audience: ['a', 'https://b'], algorithms: ['ES256', 'EdDSA'], maxAge: '1h' },
          { issuer: 'b', secret: { secret: 'TOKENS' }, leeway: '5m', scopes: ['a', 'b:c'] },
        ],
        [
          {
            ...ISSUER, issuer: 'http://localhost:9/a', jwks: 'http://127.0.0.1:9/jwks', audience: ['a', 'https://b'], algorithms: ['ES256', 'EdDSA'],
            maxAge: 3_600_000,
          },
          { issuer: 'b', secret: { secret: 'TOKENS' }, leeway: 300_000, scopes: ['a', 'b:c'] },
        ],
      ],
    ],
    [
      'https://id.acme.com', 5, null, {}, [], [5], { issuer: 'https://id.acme.com' }, { jwks: 'https://id.acme.com/jwks' },
      { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks', secret: { secret: 'TOKENS' } },
      { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks', algorithms: ['none'] },
      { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks', algorithms: ['HS256'] },
      { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks', audience: [] },
      { issuer: 'acme', secret: { secret: 'TOKENS' }, algorithms: ['RS256'] }, { issuer: 'acme', secret: 'a secret of the issuer' },
    ],
    [
      { issuer: 'https://id.acme.com', jwks: 'http://id.acme.com/jwks' }, { issuer: 'http://id.acme.com', jwks: 'https://id.acme.com/jwks' },
      { issuer: 'id.acme.com', jwks: 'https://id.acme.com/jwks' }, { issuer: 'https://id.acme.com', jwks: 'https://user:pass@id.acme.com/jwks' },
      { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks', leeway: '6m' }, { issuer: '', secret: { secret: 'TOKENS' } },
      { issuer: 'acme', secret: { secret: 'TOKENS' }, scopes: ['a b'] }, { issuer: 'acme', secret: { secret: 'TOKENS' }, audience: '' },
    ],
  ),
  'auth.lookup': object(),
  'auth.lookup.url': text(
    ['https://id.acme.com/tenant?x=1', 'http://127.0.0.1:9/tenant', 'http://localhost/'],
    ['', 'id.acme.com', 'http://id.acme.com/tenant', 'http://127.0.0.1.evil.example/', 'https://u:p@id.acme.com', 'https://id.acme.com/#a'],
  ),
  'auth.lookup.cache': duration(),
  'auth.lookup.header': text(['X-Token', 'authorization'], ['', 'a b', 'Host', 'mcp-session-id', 'Content-Type', 'Cookie', 'transfer-encoding']),
  'auth.lookup.timeout': duration(),
  'auth.authorizationServers': asWritten(
    [['https://id.acme.com', 'https://b.acme.com/realms/x'], ['http://localhost:9']],
    ['https://id.acme.com', [5], null],
    [[], ['id.acme.com'], ['http://id.acme.com'], ['https://id.acme.com?a=1'], ['https://id.acme.com/#a']],
  ),
  'servers.there.upstream': object(),
  'servers.there.upstream.headers': asWritten(
    [{ 'X-Tier': 'gold', 'x-key': { secret: 'TIER_KEY' } }, {}],
    ['X-Tier: gold', { 'X-Tier': 5 }, { 'X-Tier': null }, null],
    [...FIXED_HEADERS.map((name) => ({ [name]: 'a' })), { 'X-Tier': 'a\r\nb' }, { 'X Tier': 'a' }, { 'X-Tier': '${TIER}' }],
  ),
  'servers.there.upstream.auth': asWritten(
    [
      { bearer: { secret: 'THERE' } }, { header: 'X-Api-Key', secret: { secret: 'THERE' } },
      { header: 'Authorization', scheme: 'Basic', secret: { secret: 'THERE' } },
    ],
    ['token', 5, {}, { bearer: 'a value' }, { header: 'X-Api-Key' }, { secret: { secret: 'A' } }, { bearer: { secret: 'A' }, header: 'X-A' }, null],
    [
      { header: 'Cookie', secret: { secret: 'A' } }, { header: 'Proxy-Authorization', secret: { secret: 'A' } },
      { header: 'X-A', scheme: 'two words', secret: { secret: 'A' } },
    ],
  ),
  'servers.there.upstream.tls': object(),
  'servers.there.upstream.tls.ca': asWritten([PEM, { secret: 'CA' }], [5, true, ...NO_SCALAR], ['/etc/ca.pem', '']),
  // A certificate and its key go together: each is taken in the other's company by a test below.
  'servers.there.upstream.tls.cert': asWritten([], [5, true, ...NO_SCALAR], ['/etc/cert.pem', '', PEM]),
  'servers.there.upstream.tls.cert.secret': asWritten([], [5, ...NO_SCALAR], ['A']),
  'servers.there.upstream.tls.key': asWritten([], [5, true, PEM, ...NO_SCALAR], [{ secret: 'KEY' }]),
  'servers.there.upstream.tls.key.secret': asWritten([], [5, ...NO_SCALAR], ['A']),
  'servers.asked.upstream.exchange': object(),
  'servers.asked.upstream.exchange.url': text(['https://id.acme.com/token', 'http://[::1]:9/token'], ['', 'http://id.acme.com/token', 'id.acme.com']),
  'servers.asked.upstream.exchange.client': object(),
  'servers.asked.upstream.exchange.client.id': text(['gateway', 'https://mcp.acme.com/client.json'], ['', 'a b']),
  'servers.asked.upstream.exchange.client.secret': secret(),
  'servers.asked.upstream.exchange.audience': text(['https://crm.acme.com'], ['', 'a b']),
  'servers.asked.upstream.exchange.scopes': asWritten([['crm:read'], []], ['crm:read', [5], null], [['a b'], ['']]),
  'servers.asked.upstream.exchange.grant': choice(['token-exchange', 'id-jag']),
  ...allowList('tenants.acme.allow'),
  'tenants.acme.tools': key(
    [
      [[], []],
      [
        [
          { deny: 'web.delete_*' }, { allow: '*', needs: 'write' }, { allow: '*.get_*', kind: 'tool', needs: ['a', 'b'] },
          { allow: 'https://a.com/*', kind: 'resource' },
        ],
        [
          { deny: 'web.delete_*', args: {} }, { allow: '*', args: {}, needs: ['write'] }, { allow: '*.get_*', kind: 'tool', args: {}, needs: ['a', 'b'] },
          { allow: 'https://a.com/*', kind: 'resource', args: {}, needs: [] },
        ],
      ],
      [
        [{ allow: 'web.read', args: Object.fromEntries(CONDITIONS.map(([written], i) => [`a${i}`, written])) }, { deny: 'web.read', kind: 'tool', args: {} }],
        [
          { allow: 'web.read', args: Object.fromEntries(CONDITIONS.map(([, condition], i) => [`a${i}`, condition])), needs: [] },
          { deny: 'web.read', kind: 'tool', args: {} },
        ],
      ],
    ],
    [
      '*', ['*'], [5], [{}], [{ alow: '*' }], [{ allow: 5 }], [{ allow: '*', deny: '*' }], [{ deny: '*', needs: 'a' }], [{ allow: '*', kind: 'tools' }],
      [{ allow: '*', needs: [] }], [{ allow: '*', args: { a: 'b' } }], [{ allow: '*', args: { a: {} } }], [{ allow: '*', args: { a: { is: 'b' } } }],
      [{ allow: '*', args: { a: { in: [] } } }], [{ allow: '*', args: { a: { equals: {} } } }], [{ allow: '*', args: { a: { min: '1' } } }],
      [{ allow: '*', args: { a: { equals: 1, present: true } } }], [{ allow: '*', args: { a: { under: 'srv' } } }], null,
    ],
    [
      [{ allow: '' }], [{ allow: 'a b' }], [{ allow: 'wob.read' }], [{ allow: 'web.' }], [{ allow: 'web' }], [{ allow: '*', needs: 'a b' }],
      [{ allow: '*', kind: 'prompt', args: { a: { present: true } } }], [{ allow: '*', args: { a: { min: 2, max: 1 } } }],
      [{ allow: '*', args: { a: { under: '/srv/../etc' } } }], [{ allow: '*', args: { a: { under: '/srv/' } } }],
      [{ allow: '*', args: { a: { maxLength: -1 } } }], [{ allow: '*', args: { '': { present: true } } }],
    ],
  ),
  'tenants.acme.forward': object(),
  'tenants.acme.forward.signed': object(),
  'tenants.acme.forward.signed.prefix': text(['X-TB-', 'Acme-'], ['', 'X-TB', '-', 'X TB-', 'Mcp-', 'X-Forwarded-', 'mcpgen-', 'Proxy-', 'X:-']),
  'tenants.acme.forward.signed.secret': secret(),
  'tenants.acme.forward.bearer': object(),
  'tenants.acme.forward.bearer.audience': text(['https://crm.acme.com'], ['', 'a b']),
  'tenants.acme.forward.headers': asWritten(
    [{ 'X-Plan': 'gold', 'X-User-Email': { claim: 'email' }, 'X-Tenant': { fact: 'tenant' } }, {}],
    ['X-Plan', { 'X-Plan': 5 }, { 'X-Plan': {} }, { 'X-Plan': { fact: 'user' } }, { 'X-Plan': { claim: 5 } }, { 'X-Plan': { secret: 'A' } }, null],
    [...FIXED_HEADERS.map((name) => ({ [name]: { claim: 'email' } })), { 'X-Plan': 'a\nb' }, { 'X Plan': 'a' }, { 'X-A-Tenant-ID': 'a' }],
  ),
};
