/** What servers are told of callers, as headers: from what, under which names, and what is not said at all. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Bearer, Principal } from '#src/gateway/runtime/decision/facts.js';
import { createForwarding, type Forwarding } from '#src/gateway/runtime/identity/forward.js';
import type { ForwardTable, HeaderSource } from '#src/gateway/runtime/tables/auth.js';
import type { TenantTable } from '#src/gateway/runtime/tables/caller.js';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const NOTHING: ForwardTable = { signed: null, bearer: null, headers: [] };
const bearer = (more: Partial<Bearer> = {}): Bearer => ({
  kind: 'token', issuer: 'https://id.acme.com', subject: 'u-1', client: 'app', audiences: ['https://gw.acme.com/mcp/crm', 'https://crm.acme.com'],
  permissions: [], claims: {}, expiresAt: Date.now() + 60_000, ...more,
});
const of = (forward: Partial<ForwardTable> | null, now?: () => number): Forwarding => {
  const tenant = { forward: forward && { ...NOTHING, ...forward } } as TenantTable;
  return createForwarding({ tenants: new Map([['acme', tenant], ['other', { forward: null } as TenantTable]]) }, () => SECRET, now);
};
const told = (source: HeaderSource, principal: Principal): unknown => {
  const said = of({ headers: [['x-acme', source]] }).told('acme', principal);
  return 'code' in said ? [said.code, said.blame] : said.lines;
};
const CLIENT: Principal = { kind: 'client', client: 'cursor', permissions: [] };

describe('forward.headers', () => {
  test('say text, claims and facts, and nothing of what is not known', () => {
    const claims = { email: 'ann@acme.com', level: 3, staff: true, groups: ['a', 'b'] };
    for (const [source, principal, wanted] of [
      [{ text: 'gateway' }, CLIENT, 'gateway'],
      [{ claim: 'email' }, bearer({ claims }), 'ann@acme.com'],
      [{ claim: 'level' }, bearer({ claims }), '3'],
      [{ claim: 'staff' }, bearer({ claims }), 'true'],
      [{ claim: 'groups' }, bearer({ claims }), 'a,b'],
      [{ claim: 'groups' }, bearer({ claims: { groups: [] } }), null],
      [{ claim: 'toString' }, bearer({ claims }), null],
      [{ claim: 'email' }, bearer(), null],
      [{ claim: 'email' }, CLIENT, null],
      [{ fact: 'tenant' }, CLIENT, 'acme'],
      [{ fact: 'client' }, CLIENT, 'cursor'],
      [{ fact: 'client' }, bearer(), 'app'],
      [{ fact: 'client' }, bearer({ client: null }), null],
      [{ fact: 'subject' }, bearer(), 'u-1'],
      [{ fact: 'subject' }, CLIENT, null],
      [{ fact: 'subject' }, { kind: 'anonymous' }, null],
    ] as const) {
      assert.equal(told(source, principal), wanted === null ? '' : `x-acme: ${wanted}\r\n`, JSON.stringify(source));
    }
    assert.deepEqual(of({ headers: [['x-acme', { text: 'a' }]] }).told('other', CLIENT), { lines: '', names: new Set() });
  });

  test('a value that a header cannot say as it is refuses the request, and is in no message', () => {
    const odd = ['a\r\nx-admin: 1', 'a\nb', 'Jürgen', '\u0000', ' edge', 'edge ', '', 'x'.repeat(7000), 'a\u2028b', 'tab\tinside'];
    for (const value of odd) {
      for (const [source, principal] of [
        [{ claim: 'name' }, bearer({ claims: { name: value } })],
        [{ claim: 'name' }, bearer({ claims: { name: ['good', value] } })],
        [{ fact: 'subject' }, bearer({ subject: value })],
        [{ fact: 'client' }, bearer({ client: value })],
      ] as const) {
        const said = of({ headers: [['x-acme', source]] }).told('acme', principal);
        assert.ok('code' in said && said.code === 'CLAIM_UNSENDABLE', JSON.stringify([source, value.slice(0, 20)]));
        assert.ok(!said.cause.includes('admin') && said.cause.length < 200);
      }
    }
    const two = bearer({ claims: { groups: ['a', 'b,admin'] } });
    assert.deepEqual(told({ claim: 'groups' }, two), ['CLAIM_UNSENDABLE', 'client'], 'a value that would read as two');
  });
});

describe('forward.signed', () => {
  test('signs tenant and time in milliseconds, once a second, under the prefix', () => {
    let at = 1_700_000_000_123;
    const forwarding = of({ signed: { prefix: 'X-TB-', secret: 'S' } }, () => at);
    const first = forwarding.signed('acme');
    const signature = createHmac('sha256', SECRET).update(`acme:${at}`).digest('hex');
    assert.equal(first.lines, `x-tb-tenant-id: acme\r\nx-tb-timestamp: ${at}\r\nx-tb-signature: ${signature}\r\n`);
    at += 999;
    assert.equal(forwarding.signed('acme'), first);
    at += 1;
    assert.notEqual(forwarding.signed('acme').lines, first.lines);
    at -= 60_000;
    assert.match(forwarding.signed('acme').lines, new RegExp(`timestamp: ${at}\r`), 'a clock that was set back');
    assert.equal(forwarding.signed('other').lines, '');
  });

  test('every header of the prefix, and of forward.headers, is the gateway’s to say, for each tenant', () => {
    const forwarding = of({ signed: { prefix: 'X-TB-', secret: 'S' }, headers: [['x_acme_user', { fact: 'subject' }]] });
    for (const name of ['x-tb-tenant-id', 'x-tb-anything', 'x-acme-user']) assert.ok(forwarding.isKept(name), name);
    for (const name of ['x-tb', 'x-tbx', 'accept', 'x-acme']) assert.ok(!forwarding.isKept(name), name);
    const bare = of({ signed: { prefix: '', secret: 'S' } });
    assert.ok(bare.isKept('tenant-id') && bare.isKept('timestamp') && !bare.isKept('accept'));
  });
});

describe('forward.bearer', () => {
  test('goes on only for its tenant, of a token, whose audience is the one that is named, exactly', () => {
    const forwarding = of({ bearer: { audience: 'https://crm.acme.com' } });
    assert.ok(forwarding.passesBearer('acme', bearer()));
    for (const [tenant, principal] of [
      ['other', bearer()],
      ['acme', bearer({ audiences: ['https://gw.acme.com/mcp/crm'] })],
      ['acme', bearer({ audiences: ['https://crm.acme.com/'] })],
      ['acme', bearer({ audiences: [] })],
      ['acme', CLIENT],
      ['acme', { kind: 'anonymous' }],
      ['acme', undefined],
    ] as const) {
      assert.ok(!forwarding.passesBearer(tenant, principal), JSON.stringify([tenant, principal]));
    }
    assert.ok(!of({}).passesBearer('acme', bearer()));
  });
});
