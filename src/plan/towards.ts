/** What servers are told: by the gateway about itself, and about its callers. */
import type { HttpServerModel, ServerModel, TenantModel } from '../config/model.js';
import type { ExchangeTable, ForwardTable, HeaderSource, TextOrSecret, ToServerTable } from '../gateway/runtime/tables/auth.js';
import { sortedEntries } from './sorted-entries.js';

type UpstreamModel = NonNullable<HttpServerModel['upstream']>;

/** A child process is sent no headers: its credentials are in its environment. */
export const upstreamOf = (server: ServerModel): UpstreamModel | undefined => (server.kind === 'http' ? server.upstream : undefined);

/** Null where the gateway says nothing of its own. */
export function planToServer(server: ServerModel): ToServerTable | null {
  const upstream = upstreamOf(server);
  if (!upstream) return null;
  const table = {
    headers: lowerCase(upstream.headers).map(([name, value]) => [name, textOrSecret(value)] as const),
    auth: planAuth(upstream.auth),
    tls: planTls(upstream.tls),
    exchange: planExchange(upstream.exchange),
  };
  return table.headers.length === 0 && !table.auth && !table.tls && !table.exchange ? null : table;
}

function planAuth(auth: UpstreamModel['auth']): ToServerTable['auth'] {
  if (!auth) return null;
  if ('bearer' in auth) return { header: 'authorization', scheme: 'Bearer', secret: auth.bearer.secret };
  return { header: auth.header.toLowerCase(), scheme: auth.scheme ?? null, secret: auth.secret.secret };
}

function planTls(tls: UpstreamModel['tls']): ToServerTable['tls'] {
  if (!tls || (tls.ca ?? tls.cert ?? tls.key) === undefined) return null;
  const { ca, cert, key } = tls;
  return { ca: maybe(ca), cert: maybe(cert), key: maybe(key) };
}

function planExchange(exchange: UpstreamModel['exchange']): ExchangeTable | null {
  if (!exchange) return null;
  const { url, client, audience = null, scopes, grant } = exchange;
  return { url, client: { id: client.id, secret: client.secret?.secret ?? null }, audience, scopes: [...scopes].sort(), grant };
}

/** Null where servers are told nothing. */
export function planForward({ forward }: TenantModel): ForwardTable | null {
  if (!forward) return null;
  const { signed, bearer = null } = forward;
  const headers = lowerCase(forward.headers).map(([name, source]) => [name, sourceOf(source)] as const);
  if (!signed && !bearer && headers.length === 0) return null;
  return { signed: signed ? { prefix: signed.prefix, secret: signed.secret.secret } : null, bearer, headers };
}

type Written = string | { readonly secret: string };
const textOrSecret = (value: Written): TextOrSecret => (typeof value === 'string' ? { text: value } : { secret: value.secret });
const maybe = (value: Written | undefined): TextOrSecret | null => (value === undefined ? null : textOrSecret(value));
type Source = string | Exclude<HeaderSource, { readonly text: string }>;
const sourceOf = (source: Source): HeaderSource => (typeof source === 'string' ? { text: source } : source);

/** Field names are compared without case (RFC 9110 §5.1). */
const lowerCase = <T>(record: Readonly<Record<string, T>>): (readonly [string, T])[] =>
  sortedEntries(Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value])));
