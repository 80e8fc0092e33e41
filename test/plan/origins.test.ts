/** How an origin is read (DESIGN §4), and that what is read is what the gateway matches. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { urlOf } from '#src/config/url.js';
import { originAllowed, originMatcher } from '#src/gateway/runtime/decision/origin.js';
import { planOrigins, readOrigin } from '#src/plan/origins.js';
import type { OriginRule } from '#src/plan/origin-types.js';
import { randomOf, withSeeds, type Random } from '../support/random.js';
import { least, planOf } from '../support/planned.js';

function spoken(rule: OriginRule): string {
  switch (rule.kind) {
    case 'exact':
      return `exact ${rule.origin}`;
    case 'subdomain':
      return `subdomain ${rule.scheme} ${rule.suffix}${rule.port}`;
    case 'loopback':
      return `loopback ${rule.scheme}`;
    case 'rejected':
      return `${rule.why}${rule.better === null ? '' : ` → ${rule.better}`}`;
    default:
      return rule.kind;
  }
}

const BIND = 'bind-address → http://localhost:*';

const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as browsers send it': {
    'https://app.acme.com': 'exact https://app.acme.com',
    'http://app.acme.com': 'exact http://app.acme.com',
    'https://app.acme.com:8443': 'exact https://app.acme.com:8443',
    'http://localhost:3000': 'exact http://localhost:3000',
    'http://10.0.0.1:8080': 'exact http://10.0.0.1:8080',
    'https://xn--bcher-kva.example': 'exact https://xn--bcher-kva.example',
    'http://[2001:db8::1]:8080': 'exact http://[2001:db8::1]:8080',
    'http://[::1]:3000': 'exact http://[::1]:3000',
    'https://my_app.acme.com': 'exact https://my_app.acme.com',
  },
  'field-12 an installed app, the whole of it': {
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop': 'exact chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0E5B1A2C-1111-2222-3333-444455556666': 'exact moz-extension://0e5b1a2c-1111-2222-3333-444455556666',
    'vscode-webview://1abc': 'exact vscode-webview://1abc',
    'app://.': 'exact app://.',
    'tauri://localhost': 'exact tauri://localhost',
    'Capacitor://Localhost': 'exact capacitor://localhost',
    'ionic://localhost:8100': 'exact ionic://localhost:8100',
    'app://obsidian.md/': 'not-canonical → app://obsidian.md',
    'tauri://localhost/index.html': 'not-canonical → tauri://localhost',
    'tauri://user@localhost': 'not-canonical',
    'htps://app.acme.com/x': 'not-canonical → https://app.acme.com',
    'httpss://app.acme.com': 'not-canonical → https://app.acme.com',
    'app://': 'not-canonical',
    'file://': 'not-canonical',
    'file://host': 'not-canonical',
    'ws://app.acme.com': 'not-canonical',
    'wss://app.acme.com/x': 'not-canonical',
    'chrome-extension://*': 'wildcard',
    'vscode-webview://*.x': 'wildcard',
  },
  'canonical all the same: case, default port, names in any script': {
    'HTTPS://App.ACME.com': 'exact https://app.acme.com',
    'https://app.acme.com:443': 'exact https://app.acme.com',
    'http://app.acme.com:80': 'exact http://app.acme.com',
    'http://app.acme.com:443': 'exact http://app.acme.com:443',
    'https://app.acme.com:80': 'exact https://app.acme.com:80',
    'https://app.acme.com:08443': 'exact https://app.acme.com:8443',
    'https://Bücher.example': 'exact https://xn--bcher-kva.example',
    'https://日本.example': 'exact https://xn--wgv71a.example',
    'http://[2001:DB8:0:0:0:0:0:1]': 'exact http://[2001:db8::1]',
    '  https://app.acme.com  ': 'exact https://app.acme.com',
    'https://ａｐｐ.acme.com': 'exact https://app.acme.com',
  },
  'one label more': {
    'https://*.acme.com': 'subdomain https .acme.com',
    'http://*.acme.com': 'subdomain http .acme.com',
    'https://*.preview.acme.com:8443': 'subdomain https .preview.acme.com:8443',
    'HTTPS://*.ACME.com:443': 'subdomain https .acme.com',
    'http://*.acme.com:80': 'subdomain http .acme.com',
    'https://*.acme.com:80': 'subdomain https .acme.com:80',
    'https://*.acme.com:08443': 'subdomain https .acme.com:8443',
    'https://*.bücher.example': 'subdomain https .xn--bcher-kva.example',
    'https://*.10-0.acme.co.uk': 'subdomain https .10-0.acme.co.uk',
  },
  'loopback on any port': {
    'http://localhost:*': 'loopback http',
    'https://localhost:*': 'loopback https',
    'HTTP://LocalHost:*': 'loopback http',
    'http://127.0.0.1:*': 'loopback http',
    'https://[::1]:*': 'loopback https',
  },
  'MCP102: wildcards that are none of these': {
    '*': 'wildcard',
    'https://*': 'wildcard',
    'http://*': 'wildcard',
    'https://*:443': 'wildcard',
    'https://*:*': 'wildcard',
    '*://app.acme.com': 'wildcard',
    'https://*.com': 'wildcard',
    'https://*.com:443': 'wildcard',
    'https://*.localhost': 'wildcard',
    'https://app-*.acme.com': 'wildcard',
    'https://*app.acme.com': 'wildcard',
    'https://**.acme.com': 'wildcard',
    'https://*..acme.com': 'wildcard',
    'https://app.acme.com:*': 'wildcard',
    'https://*.acme.com:*': 'wildcard',
    'http://127.0.0.2:*': 'wildcard',
    'ftp://*.acme.com': 'wildcard',
  },
  'MCP103: more than scheme, host and port, or less': {
    'https://app.acme.com/': 'not-canonical → https://app.acme.com',
    'https://app.acme.com/path': 'not-canonical → https://app.acme.com',
    'https://app.acme.com?x': 'not-canonical → https://app.acme.com',
    'https://app.acme.com#x': 'not-canonical → https://app.acme.com',
    'https://user@app.acme.com': 'not-canonical → https://app.acme.com',
    'https://user:pass@app.acme.com:8443': 'not-canonical → https://app.acme.com:8443',
    'app.acme.com': 'not-canonical → https://app.acme.com',
    'app.acme.com:8443': 'not-canonical → https://app.acme.com:8443',
    '//app.acme.com': 'not-canonical → https://app.acme.com',
    'https:/app.acme.com': 'not-canonical → https://app.acme.com',
    'https:app.acme.com': 'not-canonical → https://app.acme.com',
    'https://app.acme.com:99999': 'not-canonical',
    'https://app.acme.com:port': 'not-canonical',
    'https://app acme.com': 'not-canonical',
    'https://': 'not-canonical',
    'https://:443': 'not-canonical',
    'ftp://app.acme.com': 'not-canonical',
    'ws://app.acme.com': 'not-canonical',
    'file:///etc/passwd': 'not-canonical',
    '': 'not-canonical',
    '   ': 'not-canonical',
  },
  'MCP103: a form that is known, but for its spelling': {
    'https://*.acme.com/': 'not-canonical → https://*.acme.com',
    'https://*.acme.com.': 'not-canonical → https://*.acme.com',
    'http://localhost:*/': 'not-canonical → http://localhost:*',
    'localhost:*': 'not-canonical → http://localhost:*',
    '*.acme.com': 'not-canonical → https://*.acme.com',
    'https://*.acme.com:99999': 'not-canonical',
    'https://*.1.2': 'not-canonical',
  },
  'MCP104: regular expressions, and what may be one': {
    'https://app.*.com': 'regex',
    'https://app.acme.*': 'regex',
    'https://*.*.acme.com': 'regex',
    'https://.*\\.acme\\.com': 'regex',
    'https://.*.acme.com': 'regex',
    '^https://app.acme.com$': 'regex',
    '~https://app.acme.com': 'regex',
    '^~https://app': 'regex',
    'https://(app|web).acme.com': 'regex',
    'https://[a-z]+.acme.com': 'regex',
    'https://app.acme.{com,org}': 'regex',
    'https://app.acme.com$': 'regex',
    'https://app\\.acme.com': 'regex',
  },
  'MCP105: null': { null: 'null', NULL: 'null', ' null ': 'null' },
  'MCP107: addresses to listen on': {
    '0.0.0.0': BIND,
    'http://0.0.0.0': BIND,
    'http://0.0.0.0:3000': BIND,
    'https://0.0.0.0/': BIND,
    'http://0.0.0.0:*': BIND,
    '0.0.0.0:8080': BIND,
    '::': BIND,
    '[::]': BIND,
    'http://[::]': BIND,
    'http://[::]:8080': BIND,
    // The same addresses, as URLs may spell them.
    'http://0:8080': BIND,
    'http://0x0.0.0.0': BIND,
    'http://[0:0:0:0:0:0:0:0]:8080': BIND,
  },
};

describe('an origin', () => {
  for (const [label, rows] of Object.entries(TABLE)) {
    test(label, () => {
      const wrong = Object.entries(rows).filter(([written, wanted]) => spoken(readOrigin(written)) !== wanted);
      assert.deepEqual(wrong.map(([written, wanted]) => `${JSON.stringify(written)} is ${spoken(readOrigin(written))}, not ${wanted}`), []);
    });
  }

  test('that is not understood is kept as it was written', () => {
    for (const rows of Object.values(TABLE)) {
      for (const written of Object.keys(rows)) {
        const rule = readOrigin(written);
        if (rule.kind === 'rejected') assert.equal(rule.written, written);
      }
    }
  });

  test('what is proposed is accepted when it is written', () => {
    for (const written of Object.values(TABLE).flatMap((rows) => Object.keys(rows))) {
      const rule = readOrigin(written);
      if (rule.kind === 'rejected' && rule.better !== null) assert.notEqual(readOrigin(rule.better).kind, 'rejected', `${written} → ${rule.better}`);
    }
  });

  test('is read the same when it is written as it is matched', () => {
    for (const written of Object.values(TABLE).flatMap((rows) => Object.keys(rows))) {
      const rule = readOrigin(written);
      if (rule.kind === 'exact') assert.deepEqual(readOrigin(rule.origin), rule);
      if (rule.kind === 'subdomain') assert.deepEqual(readOrigin(`${rule.scheme}://*${rule.suffix}${rule.port}`), rule);
    }
  });
});

/** The gateway's own matcher for one rule. */
function allows(rule: OriginRule): (origin: string) => boolean {
  const matcher = originMatcher({
    exact: rule.kind === 'exact' ? [rule.origin] : [],
    subdomains: rule.kind === 'subdomain' ? [rule] : [],
    loopback: rule.kind === 'loopback' ? [rule.scheme] : [],
    anyHttps: rule.kind === 'any-https',
    tunnels: rule.kind === 'tunnel' ? rule.suffixes : [],
  });
  return (origin) => originAllowed(matcher, origin);
}

const LABELS = ['a', 'app', 'x-1', 'acme', 'evil', 'xn--bcher-kva', 'com', 'org'];
const labels = ({ below, pick }: Random, least: number): string => Array.from({ length: least + below(3) }, () => pick(LABELS)).join('.');
const port = ({ pick }: Random): string => pick(['', '', ':443', ':80', ':8443', ':1']);
/** An origin as a browser writes it. */
const sent = (text: string): string => new URL(text).origin;

describe('the gateway agrees', () => {
  test('an exact origin allows itself, however it was spelled, and nothing else', () => {
    withSeeds(500, (random) => {
      const scheme = random.pick(['http', 'https']);
      const host = labels(random, 2);
      const number = port(random);
      const spelled = `${scheme}://${host}${number}`;
      const rule = readOrigin(random.pick([spelled, `${scheme.toUpperCase()}://${host.toUpperCase()}${number}`, ` ${spelled}`]));
      assert.equal(rule.kind, 'exact');
      const own = sent(`${scheme}://${host}${number}`);
      const allowed = allows(rule);
      assert.ok(allowed(own), own);
      const other = sent(`${random.pick(['http', 'https'])}://${random.pick([host, `x.${host}`, `${host}.evil.com`, labels(random, 2)])}${port(random)}`);
      assert.equal(allowed(other), other === own, `${own}: ${other}`);
    });
  });

  test('a wildcard allows one label more, of its scheme and port', () => {
    withSeeds(1000, (random) => {
      const scheme = random.pick(['http', 'https']);
      const suffix = labels(random, 2);
      const number = port(random);
      const rule = readOrigin(`${scheme}://*.${suffix}${number}`);
      assert.equal(rule.kind, 'subdomain');
      const host = random.pick([`a.${suffix}`, `a.${suffix}`, `a.b.${suffix}`, suffix, `a${suffix}`, `a.${suffix}.evil.com`, labels(random, 2)]);
      const url = new URL(`${random.pick(['http', 'https'])}://${host}${random.pick([number, port(random)])}`);
      const own = new URL(`${scheme}://x.${suffix}${number}`);
      const [first, ...rest] = url.hostname.split('.');
      const wanted = url.protocol === own.protocol && url.port === own.port && first !== '' && rest.join('.') === suffix;
      assert.equal(allows(rule)(url.origin), wanted, `${scheme}://*.${suffix}${number}: ${url.origin}`);
    });
  });

  test('whatever is accepted from a text of any kind can be matched by something', () => {
    const PARTS = [
      'https://', 'http://', '*', '*.', '.', 'acme', '.com', ':443', ':0443', ':99999', '/', '@', 'ü', '_', '-', ' ', '[::1]', '%41', '日本', ':', '\\',
      '1.2', '0', 'xn--',
    ];
    withSeeds(5000, ({ below, pick }) => {
      const written = pick(['https://', 'http://', '']) + Array.from({ length: 1 + below(5) }, () => pick(PARTS)).join('');
      const rule = readOrigin(written);
      if (rule.kind === 'exact') {
        const isCanonical = !/^https?:/.test(rule.origin) || urlOf(rule.origin)?.origin === rule.origin;
        assert.ok(isCanonical && allows(rule)(rule.origin), JSON.stringify(written));
      }
      if (rule.kind !== 'subdomain') return;
      const some = `${rule.scheme}://app${rule.suffix}${rule.port}`;
      assert.ok(urlOf(some)?.origin === some && allows(rule)(some), `${JSON.stringify(written)} would allow ${some}`);
    });
  });

  test('loopback allows its hosts on every port, and nothing that begins like them', () => {
    const allowed = allows(readOrigin('http://localhost:*'));
    for (const origin of ['http://localhost', 'http://localhost:3000', 'http://127.0.0.1:1', 'http://[::1]:65535']) assert.ok(allowed(origin), origin);
    const OTHERS = ['https://localhost:3000', 'http://localhost.evil.com', 'http://127.0.0.1.evil.com', 'http://127.0.0.2', 'http://notlocalhost', 'null', ''];
    for (const origin of OTHERS) assert.ok(!allowed(origin), origin);
  });

  test('a rejected origin allows nothing, least of all itself', () => {
    const random = randomOf(1);
    for (const written of Object.values(TABLE).flatMap((rows) => Object.keys(rows))) {
      const rule = readOrigin(written);
      if (rule.kind !== 'rejected') continue;
      for (const origin of [written, written.toLowerCase(), sent(`https://${labels(random, 2)}`)]) assert.ok(!allows(rule)(origin), written);
    }
  });
});

describe('planned origins', () => {
  test('each spelling knows where it was written', () => {
    const written = {
      c: 'https://c.com',
      b: ['https://b.com', 'null'],
      a: { origin: 'https://a.com', owner: 'web' },
      d: { origin: ['https://d.com', 'https://e.com'] },
      e: { preset: 'ngrok' },
    };
    const { origins } = planOf(least({ origins: written })).traffic;
    assert.deepEqual(origins.map(({ name, from, rules }) => [name, from, rules.map((rule) => rule.from)]), [
      ['a', 'origins.a', ['origins.a.origin']],
      ['b', 'origins.b', ['origins.b.0', 'origins.b.1']],
      ['c', 'origins.c', ['origins.c']],
      ['d', 'origins.d', ['origins.d.origin.0', 'origins.d.origin.1']],
      ['e', 'origins.e', ['origins.e']],
    ]);
  });

  test('presets', () => {
    const plain = { origins: [], owner: null, reviewBy: null, note: null, place: { key: '', isList: false } } as const;
    const [any, tunnel] = planOrigins({ b: { ...plain, preset: 'ngrok' }, a: { ...plain, preset: 'any-https' } });
    assert.deepEqual(any?.rules, [{ rule: { kind: 'any-https' }, written: 'any-https', from: 'origins.a' }]);
    const rule = tunnel?.rules[0]?.rule;
    assert.ok(rule?.kind === 'tunnel' && rule.suffixes.every((suffix) => suffix.startsWith('.')));
    assert.ok(allows(rule)('https://abc.ngrok-free.app'));
    for (const other of ['http://abc.ngrok-free.app', 'https://ngrok-free.app', 'https://xngrok-free.app']) assert.ok(!allows(rule)(other), other);
  });

  test('who answers for it', () => {
    const [origin] = planOf(least({ origins: { a: { origin: 'https://a.com', owner: 'web', reviewBy: '2027-03-01', note: 'x' } } })).traffic.origins;
    assert.deepEqual([origin?.owner, origin?.reviewBy, origin?.note], ['web', '2027-03-01', 'x']);
  });
});
