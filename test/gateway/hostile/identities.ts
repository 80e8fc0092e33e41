/** Being somebody else by saying so: headers of proxies and clouds, hosts, paths, credentials of others. */
import { createHmac } from 'node:crypto';
import { as, secretValue } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { bearing, call, HOST, LIST, NOTES, post, VAULT, type Stand } from './stand.js';

const NOW = String(Date.now());
const signed = (secret: string): string => createHmac('sha256', secret).update(`globex:${NOW}`).digest('hex');
const jwtLike = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"root","org":"globex"}').toString('base64url')}.`;

/** Headers that claim `globex`, or somebody of it. */
const CLAIMS: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {
  'X-Tenant': { 'x-tenant': 'globex' }, 'X-Tenant-Id': { 'x-tenant-id': 'globex' }, 'X_Tenant_Id': { x_tenant_id: 'globex' }, 'Tenant': { tenant: 'globex' },
  'two of them': { 'x-tenant-id': ['acme', 'globex'] }, 'X-Org-Id': { 'x-org-id': 'globex' }, 'X-Organization': { 'x-organization': 'globex' },
  'X-Workspace': { 'x-workspace': 'globex' }, 'X-Customer-Id': { 'x-customer-id': 'globex' }, 'X-Account': { 'x-account': 'globex' },
  'the header that servers are signed with': { 'x-tb-tenant-id': 'globex' },
  'that header with a guessed signature': { 'x-tb-tenant-id': 'globex', 'x-tb-timestamp': NOW, 'x-tb-signature': signed('guess') },
  'that header with the right signature': { 'x-tb-tenant-id': 'globex', 'x-tb-timestamp': NOW, 'x-tb-signature': signed(secretValue('SIGNING_SECRET')) },
  'X-User': { 'x-user': 'globex' }, 'X-Forwarded-User': { 'x-forwarded-user': 'globex' }, 'X-Forwarded-Groups': { 'x-forwarded-groups': 'globex' },
  'Remote-User': { 'remote-user': 'globex' }, 'X-Remote-User': { 'x-remote-user': 'globex' }, 'X-Auth-Request-User': { 'x-auth-request-user': 'globex' },
  'X-Authenticated-Userid': { 'x-authenticated-userid': 'globex' }, 'X-Consumer-Username': { 'x-consumer-username': 'globex' },
  'X-Credential-Identifier': { 'x-credential-identifier': 'globex' }, 'X-MS-Client-Principal': { 'x-ms-client-principal': 'Z2xvYmV4' },
  'X-Goog-Authenticated-User-Email': { 'x-goog-authenticated-user-email': 'accounts.google.com:root@globex.example.com' },
  'X-Amzn-Oidc-Data': { 'x-amzn-oidc-data': jwtLike }, 'Cf-Access-Jwt-Assertion': { 'cf-access-jwt-assertion': jwtLike },
  'X-Jwt-Assertion': { 'x-jwt-assertion': jwtLike },
  'X-Id-Token': { 'x-id-token': jwtLike }, 'X-Userinfo': { 'x-userinfo': 'eyJvcmciOiJnbG9iZXgifQ' },
  'Tailscale-User-Login': { 'tailscale-user-login': 'root@globex' },
  'X-Hasura-Role': { 'x-hasura-role': 'admin' }, 'X-Role': { 'x-role': 'admin' }, 'X-Admin': { 'x-admin': 'true' },
  'Impersonate-User': { 'impersonate-user': 'globex' },
  'Client-Cert': { 'client-cert': ':Zm9v:' }, 'X-SSL-Client-S-DN': { 'x-ssl-client-s-dn': 'CN=globex', 'x-ssl-client-verify': 'SUCCESS' },
  'X-Forwarded-Client-Cert': { 'x-forwarded-client-cert': 'Subject="CN=globex"' }, 'X-Spiffe-Id': { 'x-spiffe-id': 'spiffe://globex' },
  'the gateway’s own word to its hosts': { 'x-mcpgen-caller': 'globex globex' }, 'a parameter of a tool': { 'mcp-param-tenant': 'globex' },
  'baggage': { baggage: 'tenant=globex' }, 'a cookie': { cookie: 'tenant=globex; session=x' }, 'X-Original-Tenant': { 'x-original-tenant': 'globex' },
  'Fly-Region': { 'fly-client-ip': '10.0.0.1', 'x-internal-tenant': 'globex' },
  'a header that Connection names': { connection: 'authorization, x-tenant-id', 'x-tenant-id': 'globex' },
};
const asAcme = (headers: AskOptions['headers']): AskOptions => post(LIST, headers, VAULT);
const NOT_GRANTED: Named = [
  ...Object.entries(CLAIMS).map(([name, headers]) => [name, asAcme(headers)] as const),
  ['nothing but the path', asAcme({})], ['a query', post(LIST, {}, `${VAULT}?tenant=globex`)],
  ['the message itself', post({ ...LIST, params: { _meta: { tenant: 'globex' }, tenant: 'globex' } }, {}, VAULT)],
  ['its own path', post(LIST, {}, '/t/acme/mcp/vault')], ['its own host', post(LIST, { host: 'acme.example.com' }, VAULT)],
  ['arguments', post(call('read_a', { tenant: 'globex', 'x-tenant-id': 'globex' }), {}, VAULT)],
  ['the transport of old', { path: `${VAULT}/sse`, headers: { host: HOST, ...as('acme') } }],
  ['listening', { path: VAULT, headers: { host: HOST, ...as('acme'), accept: 'text/event-stream' } }],
  ['ending', { method: 'DELETE', path: VAULT, headers: { host: HOST, ...as('acme') } }],
];

const none = (headers: AskOptions['headers'], path = NOTES): AskOptions => post(LIST, { authorization: null, ...headers }, path);
/** Nobody is known by what a proxy would have said. */
const MISSING: Named = [
  ...['X-User', 'X-Forwarded-User', 'Remote-User', 'X-MS-Client-Principal', 'Client-Cert', 'Cf-Access-Jwt-Assertion', 'a cookie',
    'the gateway’s own word to its hosts',
    'that header with the right signature'].map((name) => [`${name} and no credentials`, none(CLAIMS[name] ?? {})] as const),
  ['nothing at all', none({})], ['the path of a tenant', none({}, '/t/acme/mcp/notes')], ['the host of a tenant', none({ host: 'acme.example.com' })],
  ['a key in the query', none({}, `${NOTES}?access_token=${as('acme').authorization.slice(7)}`)],
  ['a key in the query as api_key', none({}, `${NOTES}?api_key=x`)],
  ['a key in a cookie', none({ cookie: `authorization=${as('acme').authorization}` })],
  ['Proxy-Authorization', none({ 'proxy-authorization': as('acme').authorization })],
  ['X-Authorization', none({ 'x-authorization': as('acme').authorization })],
  ['Authorization with an underscore', none({ x_api_key: as('acme').authorization.slice(7) })],
  ['a key in the message', { ...none({}), message: { ...LIST, params: { authorization: as('acme').authorization } } }],
  ['from loopback', none({ host: 'localhost' })], ['health of the servers', { path: '/health/servers', headers: { host: HOST } }],
  ['a listener', { path: NOTES, headers: { host: HOST, accept: 'text/event-stream' } }], ['a stream of old', { path: `${NOTES}/sse`, headers: { host: HOST } }],
  ['an end', { method: 'DELETE', path: NOTES, headers: { host: HOST, 'mcp-session-id': 'x' } }],
];

const ambiguous = ({ people, partner }: Stand): Named => {
  const ann = bearing(people.token('ann', { org: 'acme' }));
  const lost = { org: ['acme', 'globex'] };
  return [
    ['the path of another tenant', post(LIST, {}, '/t/globex/mcp/vault')], ['the host of another', post(LIST, { host: 'globex.example.com' }, VAULT)],
    ['both', post(LIST, { host: 'globex.example.com' }, '/t/globex/mcp/vault')],
    ['path and host of two', post(LIST, { host: 'acme.example.com' }, '/t/globex/mcp/vault')],
    ['an absolute target of another', post(LIST, {}, `http://globex.example.com${VAULT}`)],
    ['X-Forwarded-Host of another, by a hop', { ...post(LIST, { 'x-forwarded-host': 'globex.example.com' }, VAULT), from: '127.0.0.9' }],
    ['a token at the host of another', post(LIST, { ...ann, host: 'globex.example.com' })],
    ['a client without a tenant between two', post(LIST, { ...as('stray'), host: 'acme.example.com' }, '/t/globex/mcp/vault')],
    ['a token of another issuer at our host', post(LIST, { ...bearing(partner.token('pat', { org: 'globex' })), host: 'acme.example.com' }, VAULT)],
    ['a token with both, at the host of the other', post(LIST, { ...bearing(people.token('ann', lost)), host: 'globex.example.com' })],
  ];
};

/** Whose token is good, and whose tenant is nobody. */
const unknown = ({ people, partner }: Stand): Named => {
  const ann = (claims: object): AskOptions => post(LIST, bearing(people.token('ann', { ...claims })));
  return [
    ['a client of no tenant', post(LIST, as('stray'))], ['a token without the claim', ann({})],
    ['a claim of another tenant, by an issuer that may not say so', ann({ org: 'globex' })],
    ['a claim in capitals', ann({ org: 'ACME' })], ['a claim with a blank', ann({ org: 'acme ' })], ['a claim that is an object', ann({ org: { acme: true } })],
    ['a claim in a list of lists', ann({ org: [['acme']] })], ['a claim in text of a list', ann({ org: '["acme"]' })],
    ['a claim with a separator', ann({ org: 'acme,globex' })],
    ['a claim with a pattern', ann({ org: '*' })], ['a claim under another name', ann({ Org: 'acme', tenant: 'acme' })],
    ['a claim below another', ann({ claims: { org: 'acme' } })],
    ['the other issuer says it is of acme', post(LIST, bearing(partner.token('pat', { org: 'acme' })))],
    ['the tenant’s name as a header beside it', post(LIST, { ...bearing(people.token('ann', {})), 'x-tenant-id': 'acme' })],
  ];
};

export const identities = (stand: Stand): readonly Row[] => [
  ...refused('server-not-granted', NOT_GRANTED),
  ...refused('credentials-missing', MISSING),
  ...refused('tenant-ambiguous', ambiguous(stand)),
  ...refused('tenant-unknown', unknown(stand)),
];
