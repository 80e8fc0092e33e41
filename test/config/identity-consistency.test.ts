/** What of identity is right alone and wrong together. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, message, said } from './support.js';

const secret = (name: string) => ({ secret: name });
const ID = { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks' };
const HS = { issuer: 'hs', secret: secret('TOKENS') };
const LOOKUP = { url: 'https://id.acme.com/tenant' };
const claimed = (...claims: readonly object[]) => Object.fromEntries(claims.map((claim, i) => [`t${i}`, { match: { claim } }]));
const server = (more: object) => ({ web: { kind: 'http', instances: [{ url: 'https://web.acme.com/mcp' }], ...more } });
const tenant = (more: object) => ({ a: { match: { path: true }, servers: ['web'], ...more } });
const EXCHANGE = { url: 'https://id.acme.com/token', client: { id: 'gw' }, grant: 'token-exchange' };

const WRONG: Readonly<Record<string, readonly [config: object, said: string]>> = {
  'neither keys nor a secret': [{ auth: { jwt: { issuer: 'a' } } }, 'issuer-keys auth.jwt'],
  'keys and a secret': [{ auth: { jwt: [HS, { ...ID, secret: secret('A') }] } }, 'issuer-keys auth.jwt.1'],
  'a public key for HS256': [{ auth: { jwt: { ...ID, algorithms: ['RS256', 'HS256'] } } }, 'issuer-algorithm auth.jwt.algorithms.1'],
  'a secret for RS256': [{ auth: { jwt: [{ ...HS, algorithms: ['RS256'] }] } }, 'issuer-algorithm auth.jwt.0.algorithms.0'],
  'an algorithm twice': [{ auth: { jwt: { ...ID, algorithms: ['RS256', 'RS256'] } } }, 'duplicate auth.jwt.algorithms.1'],
  'one issuer twice': [{ auth: { jwt: [ID, { ...ID, jwks: 'https://b.com/jwks' }] } }, 'duplicate auth.jwt.1.issuer'],
  'an issuer over http': [{ auth: { jwt: { ...ID, issuer: 'http://id.acme.com' } } }, 'issuer-url auth.jwt.issuer'],
  'keys of the environment for no client': [{ auth: { environmentKeys: true, jwt: ID } }, 'no-effect auth.environmentKeys'],
  'authorization servers for no token': [
    { auth: { clients: { a: { keys: [secret('A')] } }, authorizationServers: ['https://a.com'] } }, 'no-effect auth.authorizationServers',
  ],
  'claims without tokens': [{ tenants: claimed({ org: '1' }) }, 'tenant-match tenants.t0.match.claim'],
  'a lookup that nobody is asked for': [{ auth: { jwt: ID }, tenants: { a: { match: [{ lookup: 'a' }] } } }, 'tenant-match tenants.a.match.0.lookup'],
  'claims of any of several issuers': [{ auth: { jwt: [ID, HS] }, tenants: claimed({ org: '1' }) }, 'tenant-match tenants.t0.match.claim'],
  'claims of an issuer that is not there': [
    { auth: { jwt: [ID, HS] }, tenants: claimed({ org: '1', iss: 'https://id.acme.co' }) }, 'tenant-match tenants.t0.match.claim.iss',
  ],
  'the same claims, two tenants': [{ auth: { jwt: ID }, tenants: claimed({ a: '1', b: '2' }, { b: '2', a: '1' }) }, 'tenant-match tenants.t1.match.claim'],
  'claims that another tenant’s hold': [{ auth: { jwt: ID }, tenants: claimed({ a: '1' }, { a: '1', b: '2' }) }, 'tenant-match tenants.t1.match.claim'],
  'one answer, two tenants': [
    { auth: { lookup: LOOKUP }, tenants: { a: { match: { lookup: 'x' } }, b: { match: { lookup: 'x' } } } }, 'tenant-match tenants.b.match.lookup',
  ],
  'a rule for a server that is not there': [{ tenants: tenant({ tools: [{ allow: 'wbe.*' }] }) }, 'reference tenants.a.tools.0.allow'],
  'a rule for nothing': [{ tenants: tenant({ tools: [{ allow: '*' }, { deny: 'web.' }] }) }, 'pattern tenants.a.tools.1.deny'],
  'a rule for a server, meant as a tool': [{ tenants: tenant({ tools: [{ allow: 'web' }] }) }, 'pattern tenants.a.tools.0.allow'],
  'arguments of a prompt': [
    { tenants: tenant({ tools: [{ allow: '*', kind: 'prompt', args: { a: { present: true } } }] }) }, 'no-effect tenants.a.tools.0.args',
  ],
  'a range without a number': [{ tenants: tenant({ tools: [{ allow: '*', args: { a: { min: 2, max: 1 } } }] }) }, 'range tenants.a.tools.0.args.a'],
  'a permission that nobody can have': [{ tenants: tenant({ tools: [{ allow: '*', needs: 'a' }] }) }, 'permission tenants.a.tools.0.needs'],
  'a server’s permission that nobody can have': [{ servers: server({ permissions: { list: 'a' } }) }, 'permission servers.web.permissions.list'],
  'an exchange without tokens': [{ servers: server({ upstream: { exchange: EXCHANGE } }) }, 'exchange servers.web.upstream.exchange'],
  'an exchange and a credential': [
    { auth: { jwt: ID }, servers: server({ upstream: { exchange: EXCHANGE, auth: { bearer: secret('A') } } }) }, 'exchange servers.web.upstream.exchange',
  ],
  'a certificate without its key': [{ servers: server({ upstream: { tls: { cert: secret('A') } } }) }, 'upstream-tls servers.web.upstream.tls.cert'],
  'a key without its certificate': [{ servers: server({ upstream: { tls: { key: secret('A') } } }) }, 'upstream-tls servers.web.upstream.tls.key'],
  'TLS where there is none': [
    { servers: server({ instances: [{ url: 'http://a/mcp' }], upstream: { tls: { ca: secret('A') } } }) }, 'no-effect servers.web.upstream.tls',
  ],
  'a header twice': [{ servers: server({ upstream: { headers: { 'X-A': 'a', 'x-a': 'b' } } }) }, 'duplicate servers.web.upstream.headers.x-a'],
  'a header that is the credential': [
    { servers: server({ upstream: { headers: { 'X-A': 'a' }, auth: { header: 'x-a', secret: secret('A') } } }) }, 'duplicate servers.web.upstream.headers.X-A',
  ],
  'a header that is passed as well': [
    { servers: server({ upstream: { headers: { 'X-User': 'a' } }, transform: { request: { pass: ['x-user'] } } }) },
    'duplicate servers.web.upstream.headers.X-User',
  ],
  'a token forwarded that nobody has': [{ tenants: tenant({ forward: { bearer: { audience: 'a' } } }) }, 'forward tenants.a.forward.bearer'],
  'a claim forwarded that nobody has': [{ tenants: tenant({ forward: { headers: { 'X-A': { claim: 'a' } } } }) }, 'forward tenants.a.forward.headers.X-A'],
  'a header that is signed': [
    { tenants: tenant({ forward: { signed: { prefix: 'X-A-', secret: secret('S') }, headers: { 'x-a-signature': 'a' } } }) },
    'duplicate tenants.a.forward.headers.x-a-signature',
  ],
  'a header of the server’s own': [
    { servers: server({ upstream: { headers: { 'X-A': 'a' } } }), tenants: tenant({ forward: { headers: { 'x-a': 'b' } } }) },
    'duplicate tenants.a.forward.headers.x-a',
  ],
  'HSTS without https': [{ gateway: { headers: { hsts: 'max-age=1' } } }, 'no-effect gateway.headers.hsts'],
  'the secret of tokens, with a client': [
    { auth: { clients: { ci: { keys: [secret('TOKENS')] } }, jwt: HS } }, 'client-key auth.jwt.secret',
  ],
  'the secret of tokens, with a server': [
    { auth: { jwt: [HS] }, servers: server({ upstream: { auth: { bearer: secret('TOKENS') } } }) }, 'client-key auth.jwt.0.secret',
  ],
  'the signing key, with a client': [
    { auth: { clients: { ci: { keys: [secret('S')] } } }, tenants: tenant({ forward: { signed: { prefix: 'X-A-', secret: secret('S') } } }) },
    'client-key tenants.a.forward.signed.secret',
  ],
  'the session key, with servers that verify signatures': [
    { gateway: { sessionKeys: [secret('S')] }, tenants: tenant({ forward: { signed: { prefix: 'X-A-', secret: secret('S') } } }) },
    'client-key gateway.sessionKeys.0',
  ],
};

describe('of identity, what is right alone and wrong together', () => {
  for (const [label, [config, wanted]] of Object.entries(WRONG)) test(label, () => assert.deepEqual(said(least({ ...config })), [wanted]));
});

test('what is wrong says what would be right', () => {
  const of = (tools: readonly object[]) => message(least({ tenants: tenant({ tools }) }));
  assert.equal(of([{ allow: 'wbe.get_*' }]), 'no server is named "wbe"; did you mean "web"?');
  assert.equal(
    of([{ allow: 'other.get_*' }]),
    'no server is named "other" | what is before the first dot is a server; "*.other.get_*" is that name at any server',
  );
  assert.equal(of([{ deny: 'web' }]), '"web" is a server, and this would be a tool of that name; "web.*" is all that it has');
  const issuers = message(least({ auth: { jwt: [ID, HS] }, tenants: claimed({ org: '1' }) }));
  assert.match(issuers, /name the one that is meant as iss \| claim: \{ iss: 'https:\/\/id\.acme\.com', … \}$/);
  const stdio = message(least({ servers: { a: { kind: 'stdio', command: ['a'], upstream: {} } } }));
  assert.match(stdio, /"upstream" is not a key of servers\.a \| a stdio server is sent no headers/);
});

test('what belongs together is taken', () => {
  const auth = { jwt: [ID, HS], lookup: LOOKUP, clients: { ci: { keys: [secret('CI')], permissions: ['a'] } }, environmentKeys: true };
  const tenants = {
    a: {
      match: [{ claim: { iss: 'hs', org: '1' } }, { client: 'ci' }, { lookup: 'a' }], servers: ['web'],
      tools: [{ allow: 'web.*', needs: 'a' }], forward: { bearer: { audience: 'x' }, headers: { 'X-A': { claim: 'a' } } },
    },
    b: { match: [{ claim: { iss: 'https://id.acme.com', org: '1' } }, { claim: { iss: 'https://id.acme.com', team: '1' } }] },
  };
  const upstream = { tls: { ca: secret('CA'), cert: secret('CERT'), key: secret('KEY') }, exchange: EXCHANGE, headers: { 'X-B': secret('B') } };
  const gateway = { url: 'https://mcp.acme.com', sessionKeys: [secret('K')], headers: { hsts: 'max-age=1' } };
  assert.deepEqual(said(least({ gateway, auth, tenants, servers: server({ upstream, permissions: { call: 'a' } }) })), []);
});
