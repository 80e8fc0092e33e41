import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import type { Refusal, Step } from '../decision/decide.js';
import { ROWS } from '../decision/decide.js';
import { originAllowed } from '../decision/origin.js';
import { refusalBody } from '../decision/reasons.js';

/** Request headers that MCP clients in browsers send (MCP-WIRE §3, Fetch §3.2). */
const ALLOW_HEADERS = 'Accept, Authorization, Content-Type, Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, X-Api-Key';
const EXPOSE_HEADERS = 'Mcp-Session-Id, WWW-Authenticate';
const ORIGIN_ROW = ROWS.findIndex(({ id }) => id === 'origin');

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** CORS headers of any answer to an accepted origin; an answer that depends on the origin says so to caches. */
export function corsHeaders({ raw: { cors } }: Tables, head: RequestHead): OutgoingHttpHeaders {
  if (head.origin === null) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': head.request.headers['origin'] ?? head.origin,
    'access-control-expose-headers': [EXPOSE_HEADERS, ...cors.exposeHeaders].join(', '),
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** Fetch §4.8: 204, no body. */
export function preflightAnswer(tables: Tables, head: RequestHead): Answer {
  const { cors } = tables.raw;
  const headers = {
    ...corsHeaders(tables, head),
    'access-control-allow-methods': (head.route?.methods ?? []).join(', '),
    'access-control-allow-headers': [ALLOW_HEADERS, ...cors.allowHeaders].join(', '),
    'access-control-max-age': String(Math.floor(cors.maxAge / 1000)),
  };
  return { status: 204, headers, body: '' };
}

export function refusalAnswer(tables: Tables, head: RequestHead, refusal: Refusal, requestId: string): Answer {
  const headers: OutgoingHttpHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (rank(refusal.step) >= ORIGIN_ROW) Object.assign(headers, originAccepted(tables, head) ? corsHeaders(tables, head) : { vary: 'Origin' });
  if (refusal.status === 405 && head.route) headers['allow'] = head.route.methods.join(', ');
  if (refusal.status === 401) headers['www-authenticate'] = refusal.reason === 'credentials-invalid' ? 'Bearer error="invalid_token"' : 'Bearer';
  if (refusal.retryAfter !== undefined) headers['retry-after'] = String(refusal.retryAfter);
  return { status: refusal.status, headers, body: refusalBody(refusal.reason, refusal.id, requestId, refusal.data) };
}

const rank = (step: Step): number => ROWS.findIndex(({ id }) => id === step);

function originAccepted(tables: Tables, { origin, route }: RequestHead): boolean {
  const set = tables.originSets.get(route?.origins ?? '');
  return origin !== null && set !== undefined && originAllowed(set, origin);
}
