import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createItemRules } from '#src/gateway/runtime/decision/item-rules.js';
import type { Caller, ItemUse } from '#src/gateway/runtime/decision/item-use.js';
import { compileTables } from '#src/gateway/runtime/decision/lookups.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import type { ItemKind, ItemRuleTable } from '#src/gateway/runtime/tables/rules.js';
import { gatewayConfig, tablesOf, type Config } from '../../support/gateway-tables.js';
import { withSeeds } from '../../support/random.js';

type Rules = readonly unknown[];
const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const config = (tools: Rules | undefined, permissions?: object): Config =>
  gatewayConfig({
    auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }], permissions: ['files:read'] } } },
    servers: { files: { ...server, ...(permissions && { permissions }) }, search: server },
    tenants: { acme: { match: { client: 'acme' }, servers: '*', ...(tools && { tools }) } },
  } as Config);
const rulesOf = (tools: Rules | undefined, permissions?: object, at = 'files') => tablesOf(config(tools, permissions)).items?.of('acme', at) ?? null;

const CALLER: Caller = { permissions: ['files:read'], canStepUp: false };
const TOKEN: Caller = { ...CALLER, canStepUp: true };
const use = (kind: ItemKind, name: string | null, args?: string): ItemUse => ({
  kind, name, args: args === undefined ? undefined : JSON.parse(args), argsText: args ?? null,
});

describe('ordered rules', () => {
  it('let everything pass where a tenant has none', () => {
    assert.equal(tablesOf(config(undefined)).items, null);
  });

  it('decide by the first that matches, and deny where none does', () => {
    const rules = rulesOf([{ deny: 'files.get_secret' }, { allow: 'files.get_*' }, { allow: 'search.*' }, { deny: '*.x' }, { allow: '*.y' }]);
    assert.deepEqual(rules?.judge(use('tool', 'get_secret'), CALLER), { reason: 'item-denied', at: 'tenants.acme.tools.0' });
    assert.equal(rules?.judge(use('tool', 'get_report'), CALLER), null);
    assert.deepEqual(rules?.judge(use('tool', 'x'), CALLER), { reason: 'item-denied', at: 'tenants.acme.tools.3' });
    assert.equal(rules?.judge(use('tool', 'y'), CALLER), null);
    assert.deepEqual(rules?.judge(use('tool', 'find'), CALLER), { reason: 'item-denied', at: 'tenants.acme.tools' });
    assert.deepEqual(rules?.judge(use('tool', null), CALLER), { reason: 'item-denied', at: 'tenants.acme.tools' });
  });

  it('are about the URI that a server reads, which may be another than the one that is written', () => {
    const may = (rules: Rules, uri: string): boolean => rulesOf(rules)?.judge(use('resource', uri), CALLER) === null;
    const below: Rules = [{ allow: 'file:///srv/*', kind: 'resource' }];
    const plain = ['a', 'a b.txt', 'a%20b', '\u00e4', '{path}', '..a'];
    for (const name of plain) assert.ok(may(below, `file:///srv/${name}`), name);
    const climbing = ['/../etc/passwd', '/..', '/%2e%2E/etc', '/.%2e/etc', '/a/..%2f..', '\\..\\etc', '/.\t./etc', '/%252e%252e/etc', '//etc', '/a?x=../..'];
    for (const way of climbing) assert.ok(!may(below, `file:///srv${way}`), way);
    const against: Rules = [{ deny: 'files.delete_*' }, { deny: 'file:///srv/secret*', kind: 'resource' }, { allow: 'files.*' }];
    const escaped = ['file:///srv/%73ecret', 'file:///srv//secret', 'file:///srv/./secret', ' file:///srv/secret'];
    const same = [...escaped, 'FILE:///srv/secret', 'file://localhost/srv/secret', 'file:/srv/secret'];
    for (const uri of same) assert.ok(!may(against, uri), uri);
    assert.ok(!may([{ deny: 'https://a.example/x*', kind: 'resource' }, { allow: '*' }], 'https://A.example:443/x'));
    for (const uri of ['file:///srv/other', 'db://Table/Row', 'https://a.example', 'note:one']) assert.ok(may(against, uri), uri);
    // What is certain is certain.
    assert.ok(may([{ allow: 'file:///a/../b', kind: 'resource' }], 'file:///a/../b'));
    assert.ok(may([{ deny: 'files.delete_*' }, { allow: '*' }], 'file:///a/../b'));
    // A list says the same.
    assert.equal(rulesOf(below)?.lists('resource', 'file:///srv/../b', CALLER), false);
  });

  it('are about a kind where they name one, and about tools alone where they read arguments', () => {
    const rules = rulesOf([{ allow: 'files.a', kind: 'prompt' }, { allow: 'files.b', args: { x: { present: true } } }]);
    assert.equal(rules?.judge(use('prompt', 'a'), CALLER), null);
    assert.equal(rules?.judge(use('tool', 'a'), CALLER)?.reason, 'item-denied');
    assert.equal(rules?.judge(use('tool', 'b', '{"x":1}'), CALLER), null);
    assert.equal(rules?.judge(use('prompt', 'b', '{"x":1}'), CALLER)?.reason, 'item-denied');
  });

  it('judge arguments, and what cannot be told for certain is denied by either effect', () => {
    const under = { path: { under: '/srv' } };
    const allow = rulesOf([{ allow: 'files.read', args: under }]);
    const deny = rulesOf([{ deny: 'files.read', args: under }, { allow: '*' }]);
    const cases = [
      ['{"path":"/srv/a"}', true, false], ['{"path":"/etc"}', false, true], ['{"path":"/tmp/../srv"}', false, false], ['{}', false, true],
    ] as const;
    for (const [args, byAllow, byDeny] of cases) {
      assert.equal(allow?.judge(use('tool', 'read', args), CALLER) === null, byAllow, `allow ${args}`);
      assert.equal(deny?.judge(use('tool', 'read', args), CALLER) === null, byDeny, `deny ${args}`);
    }
  });

  it('refuse arguments in which a key that they read comes twice, in another case, or is inherited', () => {
    const rules = rulesOf([{ deny: 'files.read', args: { path: { under: '/etc' } } }, { allow: '*' }]);
    for (const args of ['{"path":"/a","path":"/etc"}', '{"Path":"/etc"}', '{"__proto__":{"path":"/etc"}}']) {
      assert.deepEqual(rules?.judge(use('tool', 'read', args), CALLER), { reason: 'body-duplicate-key', at: 'tenants.acme.tools.0' }, args);
    }
    assert.equal(rules?.judge(use('tool', 'other', '{"path":"/a","path":"/etc"}'), CALLER), null, 'nobody reads them');
  });

  it('ask for permissions: as if unknown, or a step up for whoever can take one', () => {
    const rules = rulesOf([{ allow: 'files.write', needs: ['files:write'] }, { allow: 'files.*' }], { call: 'files:read' });
    assert.deepEqual(rules?.judge(use('tool', 'write'), CALLER), { reason: 'item-denied', at: 'tenants.acme.tools.0' });
    const stepUp = { reason: 'scope-insufficient', at: 'tenants.acme.tools.0', scopes: ['files:read', 'files:write'] };
    assert.deepEqual(rules?.judge(use('tool', 'write'), TOKEN), stepUp);
    assert.equal(rules?.judge(use('tool', 'read'), CALLER), null);
    const nobody = { permissions: [], canStepUp: false };
    assert.deepEqual(rules?.judge(use('tool', 'read'), nobody), { reason: 'item-denied', at: 'servers.files.permissions.call' });
    assert.equal(rules?.lists('tool', 'write', CALLER), false);
    assert.equal(rules?.lists('tool', 'write', TOKEN), true);
    assert.equal(rules?.lists('tool', 'read', nobody), false);
  });

  it('hide all lists from whoever lacks the permission to list, and ask others to step up', () => {
    const rules = rulesOf(undefined, { list: 'files:list' });
    assert.equal(rules?.lists('tool', 'read', CALLER), false);
    assert.equal(rules?.listing(CALLER), null);
    assert.deepEqual(rules?.listing(TOKEN), { reason: 'scope-insufficient', at: 'servers.files.permissions.list', scopes: ['files:list'] });
    assert.equal(rules?.judge(use('tool', 'read'), CALLER), null, 'calls need another permission');
    assert.equal(rulesOf(undefined, { list: 'files:list' }, 'search'), null);
  });

  it('list what some arguments could be allowed for', () => {
    const args = { path: { under: '/srv' } };
    assert.equal(rulesOf([{ allow: 'files.read', args }])?.lists('tool', 'read', CALLER), true);
    assert.equal(rulesOf([{ deny: 'files.read', args }, { allow: '*' }])?.lists('tool', 'read', CALLER), true);
    assert.equal(rulesOf([{ deny: 'files.read', args }])?.lists('tool', 'read', CALLER), false);
    assert.equal(rulesOf([{ deny: 'files.read' }, { allow: 'files.read', args }])?.lists('tool', 'read', CALLER), false);
    assert.equal(rulesOf([{ allow: 'files.read', args, needs: 'x' }, { allow: '*' }])?.lists('tool', 'read', CALLER), true);
    assert.equal(rulesOf([{ allow: 'files.read', args, needs: 'x' }])?.lists('tool', 'read', CALLER), false);
  });

  it('are not left out: tables with rules are no tables without what judges them', () => {
    const { raw } = tablesOf(config([{ allow: 'files.*' }]));
    assert.throws(() => compileTables(raw, 'local'), /baked without rules/);
    assert.throws(() => createItemRules({ ...raw, ruleSets: [] } as GatewayTables), /no rules acme of tenant acme/);
  });
});

describe('random rules', () => {
  it('allow a call exactly where they list its tool, but for arguments', () => {
    const { raw } = tablesOf(config([{ allow: '*' }]));
    withSeeds(300, ({ below, chance, pick }) => {
      const word = (): string => Array.from({ length: 1 + below(4) }, () => pick(['a', 'b', '*'])).join('');
      const set: ItemRuleTable[] = Array.from({ length: below(8) }, () => ({
        effect: pick(['allow', 'deny'] as const),
        server: pick([null, 'files', 'search']),
        name: word(),
        kinds: pick<readonly ItemKind[]>([['tool'], ['prompt'], ['prompt', 'resource', 'tool']]),
        args: chance(0.2) ? [['x', { kind: 'present', is: chance(0.5) }] as const] : [],
        needs: chance(0.2) ? [pick(['files:read', 'files:write'])] : [],
      }));
      const rules = createItemRules({ ...raw, ruleSets: [['acme', set]] }).of('acme', 'files');
      assert.ok(rules);
      for (let i = 0; i < 20; i++) {
        const name = word().replaceAll('*', 'c');
        const kind = pick<ItemKind>(['tool', 'prompt', 'resource']);
        const isAllowed: boolean[] = ['{}', '{"x":1}'].map((args) => rules.judge(use(kind, name, args), CALLER) === null);
        const isListed: boolean = rules.lists(kind, name, CALLER);
        const why = JSON.stringify({ set, kind, name });
        if (isAllowed.includes(true)) assert.ok(isListed, why);
        const readsArguments = set.some(({ kinds, args, server: of }) => kinds.includes(kind) && args.length > 0 && of !== 'search');
        if (!readsArguments) assert.equal(isListed, isAllowed[0], why);
      }
    });
  });
});
