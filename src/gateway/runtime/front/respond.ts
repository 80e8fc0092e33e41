/** Answers that the gateway itself gives: refusals, preflights, health. */
import type { Refusal } from '../decision/decide.js';
import type { RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import { refusalBody } from '../decision/reasons.js';
import { isOriginAccepted } from '../decision/rows.js';
import { rankOf } from '../decision/steps.js';
import type { HeaderList } from '../wire/header-list.js';

/** Request headers that MCP clients in browsers send (MCP-WIRE §3, Fetch §3.2). */
const ALLOW_HEADERS = 'Accept, Authorization, Content-Type, Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, X-Api-Key';
const EXPOSE_HEADERS = 'Mcp-Session-Id, WWW-Authenticate';
/** From this row on refusals depend on the origin, and say so. */
const ORIGIN_RANK = rankOf('origin');

export interface OwnAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** Headers of every JSON answer that the gateway itself gives. */
export const JSON_HEADERS: HeaderList = ['content-type', 'application/json', 'cache-control', 'no-store'];
const VARY: HeaderList = ['vary', 'Origin'];
/** Those of an answer that every page may read. */
const OPEN: HeaderList = [...VARY, 'access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSE_HEADERS];

/** CORS headers of any answer to an accepted origin; an answer that depends on the origin says so to caches. */
export function corsHeaders({ raw: { cors } }: Tables, { kind, origin, request }: RequestHead): HeaderList {
  if (kind.origins === 'any') return OPEN;
  if (origin === null) return VARY;
  const exposed = [EXPOSE_HEADERS, ...cors.exposeHeaders].join(', ');
  const credentials = cors.credentials ? ['access-control-allow-credentials', 'true'] : [];
  return [...VARY, 'access-control-allow-origin', request.headers['origin'] ?? origin, 'access-control-expose-headers', exposed, ...credentials];
}

/** What the gateway says beside what a server says, in every answer to this head. */
export const answerHeaders = (tables: Tables, head: RequestHead): HeaderList => [...corsHeaders(tables, head), ...tables.headers];

/** A header that repeats an argument of a tool (MCP 2026-07-28, Custom headers); each server names its own, so a page is allowed those that it asks for. */
const PARAMETER = /^mcp-param-[!#$%&'*+.^`|~\w-]{1,100}$/;
/** Of these, how many one answer allows. */
const MOST_PARAMETERS = 50;

function parametersIn(asked: string | undefined): readonly string[] {
  if (asked === undefined) return [];
  const names = asked.toLowerCase().split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => PARAMETER.test(name)))].slice(0, MOST_PARAMETERS);
}

/** Fetch §4.8: 204, no body. */
export function preflightAnswer(tables: Tables, head: RequestHead): OwnAnswer {
  const { cors } = tables.raw;
  const parameters = parametersIn(head.request.headers['access-control-request-headers']);
  const headers = [
    ...corsHeaders(tables, head),
    ...['access-control-allow-methods', (head.route?.methods ?? []).join(', ')],
    ...['access-control-allow-headers', [ALLOW_HEADERS, ...cors.allowHeaders, ...parameters].join(', ')],
    ...['access-control-max-age', String(Math.floor(cors.maxAge / 1000))],
  ];
  return { status: 204, headers, body: '' };
}

/** @param challenge what OAuth clients are told; null where there is nothing to tell them */
export function refusalAnswer(tables: Tables, head: RequestHead, refusal: Refusal, requestId: string, challenge: string | null = null): OwnAnswer {
  const { step, reason, status, retryAfter } = refusal;
  const headers = [...JSON_HEADERS];
  if (rankOf(step) >= ORIGIN_RANK) headers.push(...(isOriginAccepted(tables, head) ? corsHeaders(tables, head) : VARY));
  if (status === 405) headers.push('allow', head.health ? 'GET, HEAD' : (head.route?.methods ?? []).join(', '));
  // RFC 9110 §11.6.1 wants one with every 401.
  if (challenge !== null) headers.push('www-authenticate', challenge);
  else if (status === 401) headers.push('www-authenticate', reason === 'credentials-missing' ? 'Bearer' : 'Bearer error="invalid_token"');
  if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter));
  return { status, headers, body: refusalBody(reason, refusal.idText, requestId, refusal.data) };
}

/** Says whether this process lives and takes requests. The body is constant and names nothing that is behind the gateway. */
export function healthAnswer({ raw }: Tables, isDraining: boolean): OwnAnswer {
  const headers = [...JSON_HEADERS, 'mcpgen-config-hash', raw.hash];
  return { status: isDraining ? 503 : 200, headers, body: isDraining ? '{"status":"draining"}\n' : '{"status":"ok"}\n' };
}
