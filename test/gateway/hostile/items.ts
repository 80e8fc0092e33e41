/** What `acme` may not use of the server of notes: by name, by kind, by argument, and in batches. A denied name is as one that nothing has. */
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { bearing, call, FRESH, NOTES, post, posted, SCOPED, URL_OF, type Stand } from './stand.js';

const named = (name: string): readonly [string, AskOptions] => [JSON.stringify(name), post(call(name))];
/** No rule allows these. Names are compared letter by letter. */
const NAMES: Named = [
  ...['delete_all', 'purge', 'DELETE_ALL', 'Delete_all', 'Read_a', 'READ_A', ' read_a', 'read', '\tread_a', '\0read_a', '\u200bread_a',
    '\ufeffread_a', 'r\u0435ad_a', 'ｒead_a', 'read%5fa', 'notes.read_a', 'notes__read_a', 'notes/read_a', 'fresh.read_a', 'vault.read_a',
    '*', '*.*', '', '.', '..', '../read_a', '__proto__', 'constructor', 'toString',
    'write\0', 'write ', 'Write', 'run\n', 'export\u202e', 'tools/call'].map(named),
  ['a name that is a number', post(request('tools/call', { name: 1 }))], ['a name in a list', post(request('tools/call', { name: ['read_a'] }))],
  ['a name in an object', post(request('tools/call', { name: { toString: 'read_a' } }))], ['no name', post(request('tools/call', {}))],
  ['no parameters', post(request('tools/call'))], ['parameters in a list', posted('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["read_a"]}')],
  ['a name as null', post(request('tools/call', { name: null }))],
  ['a name that is escaped', posted('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\\u0064elete_all"}}')],
  ['a long name', post(call('d'.repeat(5000)))], ['what is denied before it is allowed', post(call('delete_read_a'))],
  ['modern: a denied name', post(modern('tools/call', { name: 'delete_all' }), modernHeaders('tools/call', 'delete_all'), FRESH)],
  [
    'modern: a rule of another server',
    post(modern('tools/call', { name: 'write', arguments: { path: '/srv/a' } }), modernHeaders('tools/call', 'write'), FRESH),
  ],
  [
    'modern: a name in base64',
    post(modern('tools/call', { name: 'delete_ä' }), modernHeaders('tools/call', `=?base64?${Buffer.from('delete_ä').toString('base64')}?=`), FRESH),
  ],
  ['the path of its tenant', post(call('delete_all'), {}, '/t/acme/mcp/notes')],
  ['an event asked for', post(call('delete_all'), { accept: 'application/json' })],
  ['a method of 2025-11-25', post(call('delete_all'), { 'mcp-protocol-version': '2025-11-25' })],
];

const KINDS: Named = [
  ['a prompt', post(request('prompts/get', { name: 'delete_p' }))], ['a prompt without a name', post(request('prompts/get', {}))],
  ['a completion of a denied prompt', post(request('completion/complete', { ref: { type: 'ref/prompt', name: 'delete_p' } }))],
];
const resource = (method: string, uri: unknown): AskOptions => post(request(method, { uri }));
const RESOURCES: readonly (readonly [string, AskOptions])[] = [
  ...[
    'file:///etc/passwd', 'file:///srv', 'FILE:///srv/a', 'file:////srv/a', 'file://localhost/srv/a', ' file:///srv/a', 'file:/srv/a',
    'http://169.254.169.254/', '/srv/a', '', '*', 'file:///srv%2fa',
  ].map((uri) => [`a resource ${JSON.stringify(uri)}`, resource('resources/read', uri)] as const),
  ['a subscription', resource('resources/subscribe', 'file:///etc/passwd')], ['its end', resource('resources/unsubscribe', 'file:///etc/passwd')],
  ['a resource in a list', resource('resources/read', ['file:///srv/a'])], ['a resource without a URI', resource('resources/read', undefined)],
  ['a completion of a denied resource', post(request('completion/complete', { ref: { type: 'ref/resource', uri: 'file:///etc/{x}' } }))],
  ['a completion of another type', post(request('completion/complete', { ref: { type: 'ref/tool', name: 'read_a' } }))],
  ['a completion of nothing', post(request('completion/complete', {}))],
];

const argued = (tool: string, table: Readonly<Record<string, unknown>>): Named => Object.entries(table).map(
  ([name, args]) => [`${tool}: ${name}`, post(call(tool, args))],
);
const path = (value: unknown): unknown => ({ path: value });
const sending = (more: object): unknown => ({ amount: 1, to: { host: 'mail.example.com' }, subject: 'x', ...more });
const ARGUMENTS: Named = [
  ...argued('write', {
    'another folder': path('/etc/passwd'), 'up': path('/srv/../etc/passwd'), 'up at the end': path('/srv/..'), 'here': path('/srv/./a'),
    'two slashes': path('/srv//a'), 'backslash up': path('/srv\\..\\etc'), 'backslash behind': path('/srv/a\\..\\..\\etc'), 'percent': path('/srv/%2e%2e/etc'),
    'a NUL': path('/srv/a\0/../../etc'), 'the beginning of a name': path('/srvx'), 'capitals': path('/SRV/a'), 'a relative path': path('srv/a'),
    'home': path('~/a'), 'a blank before': path(' /srv/a'), 'a URL': path('file:///srv/a'), 'a share': path('\\\\srv\\a'), 'a list': path(['/srv/a']),
    'a number': path(1), 'an object': path({ path: '/srv/a' }), 'null': path(null),
    'none': {}, 'arguments in a list': [{ path: '/srv/a' }], 'arguments as text': '{"path":"/srv/a"}', 'arguments null': null,
    'below another': { x: { path: '/srv/a' } }, 'a dotted name': { 'x.path': '/srv/a' },
  }),
  ...argued('send', {
    'too much': sending({ amount: 101 }), 'too little': sending({ amount: -1 }), 'a little too much': sending({ amount: 100.0001 }),
    'a number as text': sending({ amount: '1' }), 'text that is more': sending({ amount: '1e9' }), 'a list': sending({ amount: [1] }),
    'true': sending({ amount: true }), 'null': sending({ amount: null }), 'none': { to: { host: 'mail.example.com' }, subject: 'x' },
    'huge': sending({ amount: 1e300 }), 'another host': sending({ to: { host: 'evil.example' } }),
    'host in capitals': sending({ to: { host: 'MAIL.example.com' } }), 'hosts in a list': sending({ to: { host: ['mail.example.com'] } }),
    'host one level up': sending({ to: 'mail.example.com' }), 'host in a list of objects': sending({ to: [{ host: 'mail.example.com' }] }),
    'host as a dotted name': { amount: 1, 'to.host': 'mail.example.com', subject: 'x' }, 'a long subject': sending({ subject: 'x'.repeat(11) }),
    'a subject in a list': sending({ subject: ['x'] }), 'a host and more': sending({ to: { host: 'mail.example.com.evil.example' } }),
  }),
  [
    'send: a number that no double holds',
    posted(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send","arguments":{"amount":1e400,"to":{"host":"mail.example.com"},"subject":"x"}}}',
    ),
  ],
  ...argued(
    'run',
    {
      'what is denied': { shell: 'sh' }, 'it as null': { shell: null }, 'it as false': { shell: false }, 'it empty': { shell: '' }, 'arguments in a list': [1],
      'arguments as text': 'shell',
    },
  ),
  ...argued(
    'open',
    {
      'what is denied': { mode: 'write', path: '/srv/a' }, 'the mode in a list': { mode: ['write'], path: '/srv/a' },
      'the mode in an object': { mode: {}, path: '/srv/a' }, 'a denied folder': { path: '/etc/passwd' }, 'it by a step up': { path: '/srv/../etc/passwd' },
      'it with two slashes': { path: '//etc/passwd' }, 'it by a backslash': { path: '/srv\\..\\..\\etc' }, 'it relative': { path: 'etc/passwd' },
      'a number as path': { path: 1 },
    },
  ),
];

const raw = (tool: string, args: string): AskOptions => posted(
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${tool}","arguments":${args}}}`,
);
/** What two readers of the arguments understand differently. */
const AMBIGUOUS: Named = [
  ['a path twice', raw('write', '{"path":"/srv/a","path":"/etc/passwd"}')],
  ['a path twice, the good one last', raw('write', '{"path":"/etc/passwd","path":"/srv/a"}')],
  ['a path twice, once escaped', raw('write', '{"path":"/srv/a","\\u0070ath":"/etc/passwd"}')],
  ['Path beside it', raw('write', '{"path":"/srv/a","Path":"/etc/passwd"}')],
  ['PATH before it', raw('write', '{"PATH":"/etc/passwd","path":"/srv/a"}')],
  ['__proto__', raw('write', '{"path":"/srv/a","__proto__":{"path":"/etc/passwd"}}')], ['__proto__ alone', raw('write', '{"__proto__":{"path":"/srv/a"}}')],
  ['__proto__ escaped', raw('write', '{"path":"/srv/a","\\u005f_proto__":{}}')],
  ['an amount twice', raw('send', '{"amount":1,"amount":1000,"to":{"host":"mail.example.com"},"subject":"x"}')],
  ['a host twice', raw('send', '{"amount":1,"to":{"host":"mail.example.com","host":"evil.example"},"subject":"x"}')],
  ['an object twice', raw('send', '{"amount":1,"to":{"host":"mail.example.com"},"to":{"host":"evil.example"},"subject":"x"}')],
  ['HOST beside it', raw('send', '{"amount":1,"to":{"host":"mail.example.com","HOST":"evil.example"},"subject":"x"}')], ['SHELL', raw('run', '{"SHELL":"sh"}')],
  ['shell with a long s', raw('run', '{"\u017fhell":"sh"}')], ['Mode', raw('open', '{"Mode":"write","path":"/srv/a"}')],
  ['another spelling alone', raw('write', '{"Path":"/srv/a"}')],
  [
    'a reference with two names',
    posted('{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"read_p","name":"delete_p"}}}'),
  ],
];

const good = call('read_a');
const BATCHES: Named = [
  ['a denied one alone', post([call('delete_all')])], ['a denied one behind', post([good, { ...call('delete_all'), id: 2 }])],
  ['a denied one before', post([call('delete_all'), { ...good, id: 2 }])],
  ['a denied one among many', post(Array.from({ length: 20 }, (_, id) => ({ ...call(id === 13 ? 'purge' : 'read_a'), id })))],
  ['a denied argument behind', post([good, { ...call('write', { path: '/etc/passwd' }), id: 2 }])],
  ['a denied prompt behind', post([good, request('prompts/get', { name: 'delete_p' }, 2)])],
  ['a denied one behind a list', post([request('tools/list', {}, 'a'), { ...call('delete_all'), id: 'b' }])],
];
const SILENT: Named = [
  ['a denied call that waits for nothing', post({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'delete_all' } })],
  ['a batch of those', post([{ jsonrpc: '2.0', method: 'tools/call', params: { name: 'delete_all' } }])],
];

function permissions({ people, sessions }: Stand): readonly Row[] {
  const ann = (path: string, scope?: string): AskOptions['headers'] => bearing(
    people.token('ann', { org: 'acme', aud: `${URL_OF}${path}`, ...(scope === undefined ? {} : { scope }) }),
  );
  return [
    ...refused('scope-insufficient', [
      ['a call that needs a scope', post(call('export'), ann(NOTES))], ['another scope', post(call('export'), ann(NOTES, 'notes:read'))],
      ['a scope in capitals', post(call('export'), ann(NOTES, 'NOTES:EXPORT'))],
      ['the beginning of a scope', post(call('export'), ann(NOTES, 'notes:exp notes:exports'))],
      ['a scope with commas', post(call('export'), ann(NOTES, 'x,notes:export'))], ['a scope as a wildcard', post(call('export'), ann(NOTES, 'notes:* *'))],
      ['in a batch', post([good, { ...call('export'), id: 2 }], ann(NOTES))], ['a server that needs one', post(call('read_a'), ann(SCOPED), SCOPED)],
      ['a scope in the arguments', post(call('export', { scope: 'notes:export' }), ann(NOTES))],
      ['a scope in a header', post(call('export'), { ...ann(NOTES), 'x-scope': 'notes:export', 'x-oauth-scopes': 'notes:export' })],
    ]),
    ...refused('batch-denied', [['a denied name beside a scope that lacks', post([call('export'), { ...call('delete_all'), id: 2 }], ann(NOTES))]]),
    ...refused('item-denied', [
      ['a client without the permission', post(call('export'))], ['a client at a server that needs one', post(call('read_a'), {}, SCOPED)],
      ['a denied name, whatever the scope', post(call('delete_all'), ann(NOTES, 'notes:export'))],
      ['in a session', post(call('delete_all'), { 'mcp-session-id': sessions.acme })],
      ['in a session, as events', post(call('delete_all'), { 'mcp-session-id': sessions.ann, ...ann(NOTES) })],
    ]),
  ];
}

export const items = (stand: Stand): readonly Row[] => [
  ...refused('item-denied', NAMES), ...refused('item-denied', KINDS), ...refused('resource-denied', RESOURCES), ...refused('item-denied', ARGUMENTS),
  ...refused('body-duplicate-key', AMBIGUOUS), ...refused('batch-denied', BATCHES), ...refused('silently-denied', SILENT),
  ...permissions(stand),
];
