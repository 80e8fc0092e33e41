/** Being somewhere else by saying so. `office` is for networks in which nobody here is, `walled` is a tenant of another, and one hop is believed. */
import { as } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { HOP, HOST, LIST, NOTES, OFFICE, post } from './stand.js';

const IN = '10.20.0.1';
const asked = (headers: AskOptions['headers'], path = OFFICE): AskOptions => post(LIST, { ...as('globex'), ...headers }, path);

const HEADERS: Readonly<Record<string, AskOptions['headers']>> = {
  'nothing': {}, 'X-Forwarded-For': { 'x-forwarded-for': IN }, 'it twice': { 'x-forwarded-for': [IN, IN] },
  'a list of it': { 'x-forwarded-for': `${IN}, ${IN}` }, 'X_Forwarded_For': { x_forwarded_for: IN }, 'X-Real-IP': { 'x-real-ip': IN },
  'Forwarded': { forwarded: `for=${IN}` },
  'Forwarded in quotes': { forwarded: `for="${IN}:1234";by=127.0.0.9` }, 'True-Client-IP': { 'true-client-ip': IN },
  'CF-Connecting-IP': { 'cf-connecting-ip': IN }, 'Fly-Client-IP': { 'fly-client-ip': IN }, 'X-Client-IP': { 'x-client-ip': IN },
  'Client-IP': { 'client-ip': IN },
  'X-Cluster-Client-IP': { 'x-cluster-client-ip': IN }, 'Fastly-Client-IP': { 'fastly-client-ip': IN },
  'X-Original-Forwarded-For': { 'x-original-forwarded-for': IN }, 'X-Envoy-External-Address': { 'x-envoy-external-address': IN },
  'X-Azure-ClientIP': { 'x-azure-clientip': IN }, 'X-Remote-IP': { 'x-remote-ip': IN },
  'X-Forwarded': { 'x-forwarded': IN }, 'X-Originating-IP': { 'x-originating-ip': IN }, 'Via': { via: `1.1 ${IN}` },
  'all of them': { 'x-forwarded-for': IN, 'x-real-ip': IN, forwarded: `for=${IN}`, 'client-ip': IN },
};
const BY_NOBODY: Named = [
  ...Object.entries(HEADERS).map(([name, headers]) => [name, asked(headers)] as const),
  ['the path of a tenant', asked({ 'x-forwarded-for': IN }, '/t/globex/mcp/office')],
  ['a stream of old', { path: `${OFFICE}/sse`, headers: { host: HOST, ...as('globex'), 'x-forwarded-for': IN } }],
  ['listening', { path: OFFICE, headers: { host: HOST, ...as('globex'), 'x-forwarded-for': IN } }],
  ['without credentials', asked({ authorization: null, 'x-forwarded-for': IN })],
];

const by = (forwardedFor: string | readonly string[], path = OFFICE): AskOptions => asked({ 'x-forwarded-for': forwardedFor }, path);
/** The right-most address that is not the hop's is the client's; what stands to the left of it the client wrote. */
const BY_A_HOP: Named = [
  ['ours behind another', by(`${IN}, 203.0.113.9`)], ['ours behind two', by(`${IN}, ${IN}, 203.0.113.9`)], ['ours in another header', by([IN, '203.0.113.9'])],
  ['ours and the hop behind another', by(`${IN}, 203.0.113.9, ${HOP}`)], ['the hop alone', by(HOP)], ['nothing', by('')], ['a word', by('unknown')],
  ['ours and a word', by(`${IN}, unknown`)], ['ours and nothing', by(`${IN}, `)], ['ours and a comma', by(`${IN},`)], ['ours with a port', by(`${IN}:443`)],
  ['ours in brackets', by(`[${IN}]`)], ['ours in quotes', by(`"${IN}"`)], ['ours with zeros', by('010.020.000.001')], ['ours in octal', by('012.024.0.1')],
  ['ours as a number', by('169082881')],
  ['ours in hex', by('0x0a140001')], ['ours in short', by('10.20.1')], ['ours with a mask', by('10.20.0.0/16')], ['ours with a zone', by(`${IN}%eth0`)],
  ['ours and a semicolon', by(`${IN};x`)], ['the next network', by('10.21.0.1')], ['the one before', by('10.19.255.255')],
  ['mapped, of another network', by('::ffff:10.21.0.1')],
  ['mapped in hex, of another network', by('::ffff:a15:1')], ['mapped another way', by('::10.20.0.1')], ['mapped by another prefix', by('64:ff9b::10.20.0.1')],
  ['mapped and more', by('::ffff:0:10.20.0.1')], ['another IPv6 network', by('2001:db8:2::1')], ['loopback', by('127.0.0.1')], ['loopback of IPv6', by('::1')],
  ['any address', by('0.0.0.0')],
  ['the neighbour of a single address', by('192.0.2.8')], ['Forwarded in place of it', asked({ forwarded: `for=${IN}`, 'x-forwarded-for': '203.0.113.9' })],
  ['X-Real-IP in place of it', asked({ 'x-real-ip': IN, 'x-forwarded-for': '203.0.113.9' })],
  ['Fly-Client-IP in place of it', asked({ 'fly-client-ip': IN, 'x-forwarded-for': '203.0.113.9' })],
];

const walled = (headers: AskOptions['headers'] = {}): AskOptions => post(LIST, { ...as('walled'), ...headers }, NOTES);
export const addresses: readonly Row[] = [
  ...refused('address-not-allowed', BY_NOBODY),
  ...refused('address-not-allowed', BY_A_HOP, { from: HOP }),
  ...refused(
    'address-not-allowed',
    [
      ['a tenant from elsewhere', walled()], ['a tenant that says where it is', walled({ 'x-forwarded-for': '10.30.0.1' })],
      ['a tenant that says so in another way', walled({ 'x-real-ip': '10.30.0.1', forwarded: 'for=10.30.0.1' })],
    ],
  ),
  ...refused(
    'address-not-allowed',
    [
      ['a tenant behind a hop', walled({ 'x-forwarded-for': '10.30.0.1, 10.31.0.1' })],
      ['a tenant of the server’s network', walled({ 'x-forwarded-for': IN })],
    ],
    { from: HOP },
  ),
  // Beside the hop there are others on this machine, and they are not believed.
  ...refused('address-not-allowed', [['a neighbour of the hop', by(IN)], ['a neighbour that names the hop', by(`${IN}, ${HOP}`)]], { from: '127.0.0.8' }),
];
