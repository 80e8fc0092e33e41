/** Sessions of others, of another door, or of nobody. An id that is not the caller's is as one that never was. */
import { randomBytes } from 'node:crypto';
import { request } from '../../support/gateway-messages.js';
import { as } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { bearing, call, FRESH, HOST, LIST, NOTES, post, UPSTREAM_SESSION, URL_OF, VAULT, type Stand } from './stand.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const changed = (id: string, at: number): string => `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
/** The same bytes in another spelling, where the last character has bits to spare. */
const respelt = (id: string): string => id.slice(0, -1) + ALPHABET[(ALPHABET.indexOf(id.at(-1) ?? '') ^ 1)];

function spoilt(id: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(id, 'base64url');
  const withByte = (at: number, value: number): string => {
    const copy = Buffer.from(bytes);
    copy[at] = value;
    return copy.toString('base64url');
  };
  return [
    ['another first character', changed(id, 0)], ['another nonce', changed(id, 8)], ['another text', changed(id, 60)],
    ['another tag', changed(id, id.length - 4)], ['the last character in another spelling', respelt(id)],
    ['cut by one', id.slice(0, -1)], ['cut by half', id.slice(0, id.length / 2)], ['cut to its head', id.slice(0, 39)], ['one more', `${id}A`],
    ['padding', `${id}=`], ['twice', id + id],
    ['an older version', withByte(0, 1)], ['a later version', withByte(0, 3)], ['version 0', withByte(0, 0)],
    ['in capitals', id.toUpperCase()], ['in hex', bytes.toString('hex')], ['in base64', `+/${bytes.toString('base64')}`], ['quoted', `"${id}"`],
    ['percent signs', id.replace(id[5] ?? '', `%${id.charCodeAt(5).toString(16)}`)],
    ['chance', randomBytes(bytes.length).toString('base64url')],
    ['chance with the right version', Buffer.concat([Buffer.from([2]), randomBytes(bytes.length - 1)]).toString('base64url')],
    ['zeros', Buffer.alloc(bytes.length).toString('base64url')], ['a word', 'session'], ['what the server calls it', `${UPSTREAM_SESSION}-1`],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['a path', '../../etc/passwd'],
    ['what it holds, not sealed', Buffer.from('["mcp","globex","client:globex",0,null,[["vault","*","x"]]]').toString('base64url')],
    ['a name of objects', '__proto__'], ['long', 'A'.repeat(9000)], ['two', `${id}, ${id}`],
  ];
}

const get = (headers: AskOptions['headers'], path = NOTES): AskOptions => ({
  path, headers: { host: HOST, ...as('acme'), accept: 'text/event-stream', ...headers },
});
const end = (headers: AskOptions['headers'], path = NOTES): AskOptions => ({ method: 'DELETE', path, headers: { host: HOST, ...as('acme'), ...headers } });
/** Each way to use a session. */
const ways = (name: string, id: string, more: AskOptions['headers'] = {}): Named => [
  [`${name}: a request`, post(LIST, { 'mcp-session-id': id, ...more })],
  [`${name}: a call`, post(call('read_a'), { 'mcp-session-id': id, ...more })],
  [`${name}: a notification`, post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, { 'mcp-session-id': id, ...more })],
  [`${name}: an answer`, post({ jsonrpc: '2.0', id: 1, result: {} }, { 'mcp-session-id': id, ...more })],
  [`${name}: a batch`, post([request('ping')], { 'mcp-session-id': id, ...more })],
  [`${name}: listening`, get({ 'mcp-session-id': id, ...more })],
  [`${name}: ending`, end({ 'mcp-session-id': id, ...more })],
];

export function sessions({ sessions: known, people }: Stand): readonly Row[] {
  const ann = bearing(people.token('ann', { org: 'acme' }));
  const bob = bearing(people.token('bob', { org: 'acme' }));
  // For the stream that the messages belong to.
  const old = bearing(people.token('ann', { org: 'acme', aud: `${URL_OF}${NOTES}/sse` }));
  const message = (id: string, headers: AskOptions['headers'] = {}, path = known.endpoint): AskOptions => post(LIST, headers, `${path}?sessionId=${id}`);
  const table: Named = [
    ...spoilt(known.acme).map(([name, id]) => [name, post(LIST, { 'mcp-session-id': id })] as const),
    ...ways('of another tenant', known.globex), ...ways('of another tenant, as its caller', known.acme, as('globex')),
    ...ways('of another principal', known.ann),
    ...ways('of a client, by a token', known.acme, ann), ...ways('of another subject', known.ann, bob), ...ways('ended', known.ended),
    ...ways('of the transport of old', known.old),
    ['of another server', post(LIST, { ...as('globex'), 'mcp-session-id': known.globex }, VAULT)],
    ['what is denied, in a session of another', post(call('delete_all'), { 'mcp-session-id': known.globex })],
    ['two ids', post(LIST, { 'mcp-session-id': [known.acme, known.globex] })],
    ['a listener that goes on', get({ 'mcp-session-id': known.globex, 'last-event-id': '1' })],
    ['old: of another tenant', message(known.old, as('globex'))], ['old: of another principal', message(known.old, old)],
    ['old: an id of the new transport', message(known.acme)],
    ['old: none', post(LIST, {}, known.endpoint)], ['old: an empty one', message('')],
    ['old: in the header', post(LIST, { 'mcp-session-id': known.old }, known.endpoint)],
    ['old: changed', message(changed(known.old, 50))], ['old: cut', message(known.old.slice(0, -2))],
    ['old: under another name', post(LIST, {}, `${known.endpoint}?session_id=${known.old}`)],
    ['old: in capitals', post(LIST, {}, `${known.endpoint}?SessionId=${known.old}`)],
    ['old: behind another', post(LIST, {}, `${known.endpoint}?sessionId=x&sessionId=${known.old}`)],
    ['old: percent signs', message(`%${known.old.charCodeAt(0).toString(16)}${known.old.slice(1)}`)],
    ['old: at another server', message(known.old, {}, `${FRESH}/message`)],
    ['old: a message that is denied, of another tenant', { ...message(known.old, as('globex')), message: call('delete_all') }],
  ];
  return refused('session-unknown', table);
}
