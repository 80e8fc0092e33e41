/** The request that the flags of `explain request` describe. A flag that names something the config declares is refused where it does not. */
import { REVISIONS, type Revision } from '../config/language/revisions.js';
import type { AskedRequest } from '../decision.js';
import { didYouMean } from '../diagnostics/closest.js';
import { endpointOf } from '../plan/routes.js';
import type { Plan } from '../plan/types.js';
import { UsageError, type Given } from './args.js';

export function askedRequest(given: Given, { traffic }: Plan): AskedRequest {
  const server = known(given, 'server', traffic.pools.map(({ server }) => server));
  if (server !== null && given.one('path') !== undefined) throw new UsageError('--server or --path: each names the route');
  const revision = (known(given, 'revision', REVISIONS) ?? traffic.revisions.at(-1)) as Revision;
  if (given.one('path') === undefined && !traffic.routes.some((route) => route.server === server)) {
    throw new UsageError(server === null ? 'which route? --server NAME or --path PATH' : `server "${server}" has no route of its own (public: false)`);
  }
  const client = known(given, 'client', traffic.clients.map(({ name }) => name));
  if (client !== null && (given.has('issuer') || given.has('claim'))) {
    throw new UsageError('--client or a token (--issuer, --claim): a request has one credential');
  }
  const token = tokenOf(given, traffic);
  const item = itemOf(given);
  if (given.has('arg') && item?.kind !== 'tool') throw new UsageError('--arg is an argument of a tool: name it with --tool');
  if (given.has('permission') && client === null && token === null) {
    throw new UsageError('--permission is of a caller: name one with --client, --issuer or --claim');
  }
  return {
    ...endpointOf(traffic, server, revision, { path: given.one('path'), method: given.one('method')?.toUpperCase() }),
    host: given.one('host') ?? traffic.publicUrl.host,
    origin: given.one('origin') ?? null,
    revision,
    client,
    tenant: known(given, 'tenant', traffic.tenants.map(({ name }) => name)),
    address: given.one('address') ?? '192.0.2.1',
    item,
    args: given.has('arg') ? argumentsOf(given) : null,
    token,
    permissions: given.many('permission') ?? null,
  };
}

/** The value of a flag that names something the config declares; null where the flag is not given. */
function known(given: Given, flag: string, names: readonly string[]): string | null {
  const value = given.one(flag);
  if (value === undefined) return null;
  if (names.includes(value)) return value;
  const all = names.length > 0 ? `; there are ${names.join(', ')}` : '; none is declared';
  throw new UsageError(`no ${flag} is "${value}"${didYouMean(value, names) || all}`);
}

const KINDS = ['tool', 'prompt', 'resource'] as const;

function itemOf(given: Given): AskedRequest['item'] {
  const [kind, other] = KINDS.filter((one) => given.has(one));
  if (other !== undefined) throw new UsageError(`--${kind} or --${other}: a request asks for one thing`);
  return kind === undefined ? null : { kind, name: given.one(kind) ?? '' };
}

function tokenOf(given: Given, { auth }: Plan['traffic']): AskedRequest['token'] {
  const issuers = auth.issuers.map(({ issuer }) => issuer);
  const named = known(given, 'issuer', issuers);
  const pairs = given.each('claim').map((text) => pairOf('claim', text));
  if (named === null && pairs.length === 0) return null;
  // A claim `iss` names it as well, as it does in the config.
  const said = pairs.find(([name]) => name === 'iss')?.[1];
  if (named === null && said !== undefined && !issuers.includes(String(said))) {
    throw new UsageError(`--claim iss: no issuer is "${String(said)}"${issuers.length > 0 ? `; there are ${issuers.join(', ')}` : '; none is declared'}`);
  }
  const [issuer, other] = named !== null ? [named] : said !== undefined ? [String(said)] : issuers;
  if (issuer === undefined) throw new UsageError('--claim is of a token, and this config declares no issuer of tokens (auth.jwt)');
  if (other !== undefined) throw new UsageError(`a token of which issuer? --issuer ${issuers.join(' or --issuer ')}`);
  const all = { iss: issuer, ...Object.fromEntries(pairs) } as Readonly<Record<string, unknown>>;
  const claims = Object.entries(all).filter(([name]) => auth.claims.includes(name));
  const subject = typeof all['sub'] === 'string' ? all['sub'] : 'somebody';
  return { issuer, subject, claims: Object.fromEntries(claims.map(([name, value]) => [name, claimOf(name, value)])) };
}

/** What of a claim can be compared. */
function claimOf(name: string, value: unknown): string | number | boolean | readonly string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value as readonly string[];
  throw new UsageError(`--claim ${name}: a text, a number, true or false, or a list of texts such as ["a","b"]`);
}

/** `NAME=VALUE`, where the value is JSON, or text where it is none. */
function pairOf(flag: string, text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--${flag} takes NAME=VALUE; got "${text}"`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value) as unknown];
  } catch {
    return [text.slice(0, at), value];
  }
}

type Fields = Record<string, unknown>;

function argumentsOf(given: Given): Fields {
  const all: Fields = {};
  for (const text of given.each('arg')) {
    const [name, value] = pairOf('arg', text);
    const keys = name.split('.');
    const last = keys.pop() as string;
    let into = all;
    for (const key of keys) into = into[key] = { ...(into[key] as Fields | undefined) };
    Object.defineProperty(into, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return all;
}
