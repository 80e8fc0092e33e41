/** Origins of pages that may not call: only `https://app.example.com`, `https://*.preview.example.com` and `http://localhost:*` may,
and tenants narrow that. */
import { as } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { APP, HOST, LIST, NOTES, post, VAULT } from './stand.js';

const from = (origin: string | readonly string[], headers: AskOptions['headers'] = {}, path = NOTES): AskOptions => post(LIST, { origin, ...headers }, path);
const preflight = (origin: string | readonly string[], path = NOTES): AskOptions => ({
  method: 'OPTIONS', path, headers: { host: HOST, origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
});

const EVIL: Named = [
  ['another origin', 'https://evil.example'], ['null', 'null'], ['null in capitals', 'NULL'], ['http in place of https', 'http://app.example.com'],
  ['another port', 'https://app.example.com:8443'], ['a port that is none', 'https://app.example.com:0'], ['a long port', 'https://app.example.com:000443'],
  ['ours as the beginning', 'https://app.example.com.evil.example'], ['ours as the end', 'https://evilapp.example.com'],
  ['ours as a user', 'https://app.example.com@evil.example'], ['a user before ours', 'https://evil@app.example.com'],
  ['a name below ours', 'https://x.app.example.com'], ['a dot at the end', 'https://app.example.com.'], ['a slash at the end', 'https://app.example.com/'],
  ['a path', 'https://app.example.com/x'], ['a query', 'https://app.example.com?x'], ['a hash', 'https://app.example.com#x'],
  ['a percent sign', 'https://app%2eexample.com'], ['a percent sign before another', 'https://app.example.com%2eevil.example'],
  ['another alphabet', 'https://\xe4pp.example.com'], ['another alphabet in UTF-8', 'https://\xd0\xb0pp.example.com'],
  ['another alphabet in punycode', 'https://xn--pp-7kc.example.com'], ['a full-width dot', 'https://app\xef\xbc\x8eexample.com'],
  ['an underscore', 'https://app_example.com'],
  ['a backslash', 'https://app.example.com\\@evil.example'], ['a tab inside', 'https://app.example\t.com'],
  ['a blank inside', 'https://app.example.com https://evil.example'],
  ['two labels before a wildcard', 'https://a.b.preview.example.com'], ['no label before it', 'https://preview.example.com'],
  ['an empty label before it', 'https://.preview.example.com'], ['no dot before it', 'https://evilpreview.example.com'],
  ['its end in the middle', 'https://x.preview.example.com.evil.example'], ['a port behind it', 'https://x.preview.example.com:444'],
  ['http before it', 'http://x.preview.example.com'], ['letters beyond ASCII before it', 'https://\xe4.preview.example.com'],
  ['a loopback name of others', 'http://localhost.evil.example'], ['https on loopback', 'https://localhost:3000'],
  ['another loopback address', 'http://127.0.0.2:3000'], ['loopback as a number', 'http://2130706433:3000'],
  ['a loopback port of six digits', 'http://localhost:123456'],
  ['a loopback port and more', 'http://localhost:3000.evil.example'], ['any address', 'http://0.0.0.0:3000'],
  ['an extension', 'chrome-extension://abcdefghijklmnop'], ['a file', 'file://'], ['data', 'data:text/html'], ['a blob', 'blob:https://app.example.com'],
  ['our own public URL', `https://${HOST}`], ['a word', 'app'], ['a wildcard', '*'], ['the origin of another server', 'https://other.example.com'],
  ['a name of objects', '__proto__'],
].map(([name = '', origin = '']) => [name, from(origin)]);

const REPEATED: Named = [
  ['two origins, the good one first', from([APP, 'https://evil.example'])], ['two origins, the good one last', from(['https://evil.example', APP])],
  ['the good one twice', from([APP, APP])], ['two in one', from(`${APP},https://evil.example`)],
  ['two in one, with a blank', from(`https://evil.example, ${APP}`)],
];

const PREFLIGHTS: Named = [
  ['another origin asks before', preflight('https://evil.example')], ['null asks before', preflight('null')],
  ['ours as the beginning asks before', preflight('https://app.example.com.evil.example')],
  ['the origin of another server asks before', preflight('https://other.example.com')],
  ['a page of files asks before', preflight('file://')], ['for the transport of old', preflight('https://evil.example', `${NOTES}/message`)],
  ['for the path of a tenant', preflight('https://evil.example', '/t/acme/mcp/notes')],
];

/** No header stands in for an origin, or makes one good. */
const SAID_OTHERWISE: Named = [
  ['X-Forwarded-Host of the page', from('https://evil.example', { 'x-forwarded-host': 'app.example.com', 'x-forwarded-proto': 'https' })],
  ['X-Origin', from('https://evil.example', { 'x-origin': APP })], ['Referer', from('https://evil.example', { referer: `${APP}/` })],
  ['Sec-Fetch-Site', from('https://evil.example', { 'sec-fetch-site': 'same-origin' })],
  ['our own host as the origin', from('https://localhost', { host: 'localhost' })],
];

const OF_THE_SERVER: Named = [
  ['an origin of one server at another', from('https://other.example.com', as('globex'), NOTES)],
  ['an origin of others at it', from('https://x.preview.example.com', as('globex'), VAULT)],
];

/** The server takes them, and the tenant does not. */
const OF_THE_TENANT: Named = [
  ['a preview', from('https://x.preview.example.com')],
  ['a preview, by the path of the tenant', from('https://x.preview.example.com', {}, '/t/acme/mcp/notes')],
];

export const origins: readonly Row[] = [
  ...refused('origin-not-allowed', EVIL),
  ...refused('repeated-header', REPEATED),
  ...refused('preflight-refused', PREFLIGHTS),
  ...refused('origin-not-allowed', SAID_OTHERWISE),
  ...refused('origin-not-allowed', OF_THE_SERVER),
  ...refused('origin-not-granted', OF_THE_TENANT),
];
