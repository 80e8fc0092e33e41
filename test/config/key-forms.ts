/** Rows of the table of keys by what the key holds: values that are taken, and values that are not. */
export interface Key {
  /** Values that are taken, and where they differ what they become. */
  readonly good: readonly (readonly [written: unknown, model: unknown])[];
  /** Values that neither the compiler nor validation takes. */
  readonly bad: readonly unknown[];
  /** Values that only validation can refuse: what is wrong with them cannot be said in a type. */
  readonly unseen: readonly unknown[];
  /** Where it lands in the model, when that is another place. */
  readonly lands?: string;
}

const MI = 2 ** 20;
/** Values that no scalar key takes. */
export const NO_SCALAR = [null, ['x']];

export const key = (good: Key['good'], bad: readonly unknown[], unseen: readonly unknown[] = []): Key => ({ good, bad, unseen });
export const asWritten = (values: readonly unknown[], bad: readonly unknown[], unseen: readonly unknown[] = []): Key =>
  key(values.map((value) => [value, value]), bad, unseen);

export const object = (good: Key['good'] = []): Key => key(good, [null, 5, 'x', true]);
export const text = (values: readonly string[], unseen: readonly unknown[] = []): Key => asWritten(values, [5, true, ...NO_SCALAR], unseen);
export const line = (): Key => text(['Full-text search, “quoted”', ''], ['two\nlines', 'a\0b', 'a\rb']);
export const permission = (): Key => text(['read', 'tools:write', 'https://a.com/x'], ['', 'a b', 'a,b', 'a"b', 'ä']);
export const choice = (values: readonly unknown[], bad: readonly unknown[] = []): Key => asWritten(values, ['none of these', 5, ...NO_SCALAR, ...bad]);
export const flag = (): Key => asWritten([true, false], ['true', 1, ...NO_SCALAR]);
export const count = (most = 1_000_000): Key => asWritten([1, 3, most], ['3', true, ...NO_SCALAR], [0, -1, 1.5, most + 1]);
export const port = (): Key => asWritten([1, 8443, 65535], ['8443', ...NO_SCALAR], [0, 65536, 80.5]);
export const duration = (): Key => key(
  [['250ms', 250], ['15s', 15_000], ['5m', 300_000], ['24h', 86_400_000]],
  [30, '30', 'soon', '30sec', ...NO_SCALAR],
  ['0s', '-1s', '30 s', '1e3s', '600h'],
);
export const size = (): Key => key(
  [['16kb', 2 ** 14], ['16Ki', 2 ** 14], ['4mb', 4 * MI], ['1Gi', 2 ** 30]],
  [4096, '4096', '4MB', '4b', ...NO_SCALAR],
  ['0mb', '-4mb', '4 mb'],
);
export const cpu = (): Key => key([['250m', 250], ['2', 2000], ['0.5', 500]], [2, 'two', '2 cores', ...NO_SCALAR], ['0', '-1', '1e3']);
export const rate = (): Key => key(
  [['100/min', { tokens: 100, window: 60_000 }], ['20/s', { tokens: 20, window: 1000 }]],
  [100, '100', '100/day', ...NO_SCALAR],
  ['0/s', '1.5/s', '-1/s'],
);
export const percentage = (): Key => key(
  [['0%', 0], ['50%', 0.5], ['12.5%', 0.125], ['100%', 1]],
  [0.5, '50', 'half', ...NO_SCALAR],
  ['101%', '-1%', '1e1%', '50 %'],
);
export const day = (): Key => asWritten(['2027-03-01', '2028-02-29'], [20270301, 'soon', '2027/03/01', ...NO_SCALAR], ['2027-02-29', '2027-3-1', '2027-13-01']);
export const secret = (): Key => asWritten(
  [{ secret: 'A_KEY' }],
  ['sk-live-123', 5, null, {}, { secret: 5 }, { secret: 'A', more: 1 }],
  [{ secret: 'lower' }, { secret: '' }],
);
export const secrets = (): Key => asWritten([[{ secret: 'ONE' }, { secret: 'TWO' }]], ['sk-live-123', ['sk-live-123'], [5], { secret: 'ONE' }, null]);
export const image = (): Key => text(
  ['web', 'ghcr.io/acme/web:1.4.2', `localhost:5000/web@sha256:${'0a'.repeat(32)}`],
  ['', 'Web', 'web:', 'a b', 'web@sha256:0a', 'https://ghcr.io/web'],
);
const labels = (): Key => key([[{ team: 'web', tier: '1' }, { team: 'web', tier: '1' }]], ['x', 5, { team: 5 }, null], [{ team: 'two\nlines' }]);
export const route = (): Key => asWritten(
  ['/mcp/search', '/a.b-c_d~e'],
  ['mcp', 5, ...NO_SCALAR],
  ['/', '/a/', '/a//b', '/a/../b', '/a/.', '/a%20b', '/a b', '/a?b', '/a$b'],
);
export const probePath = (): Key => asWritten(['/health', '/'], ['health', 5, ...NO_SCALAR], ['/a b', '/a?b', '/a"b']);
export const command = (): Key => asWritten([['node', 'server.js', ''], ['x']], ['node server.js', [], [5], null], [[''], ['a\0b']]);
export const label = (): Key => text(['acme', 'a-1'], ['', 'Acme', '-a', 'a-', 'a.b', '1a', 'a'.repeat(41)]);
export const file = (): Key => text(['/data', '/etc/ssl/mcp.pem'], ['', 'data', './data', '/a b', '/a\nb']);
export const names = (declared: string, other: string): Key => asWritten([[declared], []], [declared, [other], [5], null]);
export const headers = (): Readonly<Record<'set' | 'remove', Key>> => ({
  set: asWritten([{ 'X-Tier': 'gold', 'x-b': '' }, {}], ['X-Tier: gold', { 'X-Tier': 5 }, { 'X-Tier': { secret: 'TIER' } }, null], [
    { 'X Tier': 'a' }, { x_tier: 'a' }, { 'X-Tier': 'a\r\nb' },
    { Host: 'a' }, { 'MCP-Session-Id': 'a' }, { authorization: 'a' }, { 'content-type': 'a' }, { 'X-Forwarded-For': 'a' },
  ]),
  remove: asWritten(
    [['Server', 'x-powered-by'], []],
    ['Server', [5], null],
    [['a b'], [''], ['Content-Length'], ['mcp-method'], ['Access-Control-Allow-Origin']],
  ),
});
export const REDACTIONS = [
  ['content[*].text', [{ kind: 'name', name: 'content' }, { kind: 'each' }, { kind: 'name', name: 'text' }]],
  ['$.structuredContent..ssn', [{ kind: 'name', name: 'structuredContent' }, { kind: 'anywhere', name: 'ssn' }]],
  ["rows[0]['a b'].*", [{ kind: 'name', name: 'rows' }, { kind: 'index', index: 0 }, { kind: 'name', name: 'a b' }, { kind: 'each' }]],
] as const;
export const about = { description: line(), owner: line(), labels: labels() };

/** What an origin becomes, without what a user wrote. */
export const ORIGIN = { origins: [], preset: null, owner: null, reviewBy: null, note: null, place: { key: '', isList: false } };
export const oneOrMany = (place: '' | '.origin'): Key['good'] => [
  ['https://app.acme.com', { ...ORIGIN, origins: ['https://app.acme.com'], place: { key: place, isList: false } }],
  [['https://a.com', 'http://b.com'], { ...ORIGIN, origins: ['https://a.com', 'http://b.com'], place: { key: place, isList: true } }],
];

/** Rows of the keys of one object. */
export function prefixed(prefix: string, keys: Readonly<Record<string, Key>>): Readonly<Record<string, Key>> {
  return Object.fromEntries(Object.entries(keys).map(([path, key]) => [`${prefix}.${path}`, key]));
}
