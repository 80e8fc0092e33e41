/** For each named difference, the generated requests in which it may show. */
import { differencesOf, NGINX_CANNOT, type NginxDifference, type NginxDifferenceId } from '#src/emit/nginx/nginx-cannot.js';
import type { Release } from '#src/emit/nginx/release.js';
import type { Sent } from './generate.js';
import type { Changes } from '../support/example.js';
import { untenanted } from './plans.js';
import type { RawAnswer } from './raw.js';

interface Appearance {
  /** Whether the difference may show in this request. */
  readonly when: (sent: Sent, context: Context) => boolean;
  /** The statuses that nginx then answers with; absent where the rows decide about the status. */
  readonly status?: readonly number[];
  /** A request in which the difference does show, under a plan with these changes. */
  readonly example: Sent;
  readonly changes?: Changes;
}
export interface Context {
  readonly release: Release;
  readonly changes: Changes;
}

/** The generated methods that the parsers of Node 20 to 26 do not know. */
const UNKNOWN_METHOD = /^(FOO|G_T)$/;
/** Headers that nginx refuses when they come twice. */
const SINGLE = ['authorization', 'content-length', 'expect', 'host', 'transfer-encoding', 'user-agent'];

const AUTHORITY = /^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/i;

const FORWARDED = ['x-forwarded-host', 'x-forwarded-proto'];
const APP = 'https://app.acme.test';
const HOST = ['Host', 'acme.acme.test'] as const;
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const post = (target: string, headers: Sent['headers']): Sent => ({ method: 'POST', target, version: 'HTTP/1.1', headers: [...headers, JSON_TYPE], body: '' });

const values = ({ headers }: Sent, name: string): readonly string[] => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
const has = (sent: Sent, name: string): boolean => values(sent, name).length > 0;
const pathOf = ({ target }: Sent): string => target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split('?', 1)[0] ?? '';

/** Null: no generated request can show the difference. It has a test of its own, or cannot be seen from outside. */
export const APPEARANCES: Readonly<Record<NginxDifferenceId, Appearance | null>> = {
  'absolute-form-authority': {
    when: ({ target }) => /^https?:\/\/[^/?#]*[^a-z0-9.:/?#[\]-]/i.test(target) || /^https?:\/\/\[[^\]]*[^0-9a-f:.\]]/i.test(target),
    status: [400],
    example: post('http://mcp_acme.test/mcp/search', [HOST]),
  },
  'chunk-framing': null,
  'connect': {
    when: ({ method }) => method === 'CONNECT',
    status: [400, 405],
    example: { ...post('http://mcp_acme.test/', [HOST]), method: 'CONNECT' },
  },
  'empty-header': null,
  'forwarded-absolute-form': {
    when: (sent, { changes }) =>
      changes.gateway?.originFallback === 'forwarded' &&
      /^https?:/i.test(sent.target) &&
      !values(sent, 'origin').some(Boolean) &&
      FORWARDED.every((name) => has(sent, name)),
    example: post('http://mcp.acme.test/mcp/search', [HOST, ['X-Forwarded-Host', 'app.acme.test'], ['X-Forwarded-Proto', 'https']]),
    changes: untenanted({ trustedProxies: ['127.0.0.1'], originFallback: 'forwarded' }),
  },
  'forwarded-for-spelling': null,
  'header-bytes': null,
  'header-names': null,
  'repeated-connection': null,
  'host-header': {
    when: (sent) => !has(sent, 'host') || values(sent, 'host').some((host) => /^\.*$|\.\./.test(host) || !AUTHORITY.test(host)),
    status: [400],
    example: post('/mcp/search', [['Host', 'mcp..acme.test']]),
  },
  'http-version': null,
  'internal-hosts': null,
  'own-reason': null,
  'parser-before-expectation': {
    when: (sent) => values(sent, 'expect').some((value) => !/(?:^|\W)100-continue(?:$|\W)/i.test(value)),
    status: [400],
    example: post('/mcp/search', [HOST, HOST, ['Expect', 'miracles']]),
  },
  'path-undecodable': {
    when: (sent) => /%(?![0-9a-f]{2})|%00/i.test(pathOf(sent)) || climbs(pathOf(sent)),
    status: [400],
    example: post('/mcp/%zz', [HOST]),
  },
  'preflight-with-body': {
    when: (sent) => sent.method === 'OPTIONS' && values(sent, 'content-length').some((length) => Number(length) > 65_536),
    status: [413],
    example: { ...post('/mcp/search', [HOST, ['Origin', APP], ['Access-Control-Request-Method', 'POST'], ['Content-Length', '65537']]), method: 'OPTIONS' },
  },
  'rate-is-its-own': null,
  'repeated-forwarded': {
    when: (sent, { changes }) => changes.gateway?.trustedProxies !== undefined && FORWARDED.some((name) => values(sent, name).length > 1),
    example: post('/mcp/search', [HOST, ['X-Forwarded-Host', 'mcp.acme.test'], ['X-Forwarded-Host', 'a b']]),
    changes: untenanted({ trustedProxies: ['127.0.0.1'] }),
  },
  'repeated-origin': {
    when: (sent) => values(sent, 'origin').length > 1,
    example: post('/mcp/search', [HOST, ['Origin', 'https://evil.test'], ['Origin', APP]]),
  },
  'repeated-upgrade': {
    when: (sent) => values(sent, 'upgrade').length > 1,
    example: post('/mcp/search', [HOST, ['Upgrade', 'h2c'], ['Upgrade', 'websocket']]),
  },
  'single-headers': {
    when: (sent) => SINGLE.some((name) => values(sent, name).length > 1),
    status: [400],
    example: post('/mcp/search', [HOST, ['Authorization', 'a'], ['Authorization', 'a']]),
  },
  'tab-before-value': {
    when: (sent) => sent.headers.some(([, value]) => value.startsWith('\t')),
    status: [400, 403],
    example: post('/mcp/search', [HOST, ['Origin', `\t${APP}`]]),
  },
  'trace': {
    when: ({ method }) => method === 'TRACE',
    status: [405],
    example: { ...post('/nowhere', [HOST]), method: 'TRACE' },
  },
  'transfer-coding': {
    when: (sent) => values(sent, 'transfer-encoding').some((coding) => coding.toLowerCase() !== 'chunked' || sent.version === 'HTTP/1.0'),
    status: [400],
    example: { ...post('/mcp/search', [HOST, ['Transfer-Encoding', 'chunked']]), version: 'HTTP/1.0', body: '2\r\n{}\r\n0\r\n\r\n' },
  },
  'undeclared-size': null,
  'unknown-method': {
    when: ({ method }) => UNKNOWN_METHOD.test(method),
    example: { ...post('/mcp/search', [HOST]), method: 'FOO' },
  },
};

/** The differences that may show in a request. */
export function mayShow(sent: Sent, context: Context): readonly NginxDifferenceId[] {
  return differencesOf(context.release).filter((id) => APPEARANCES[id]?.when(sent, context));
}

/** The differences that explain why two answers differ. A difference explains only what its effect and its statuses say. */
export function explaining(sent: Sent, context: Context, alone: RawAnswer, through: RawAnswer): readonly NginxDifferenceId[] {
  return mayShow(sent, context).filter((id) => fits(NGINX_CANNOT[id], alone, through) && (APPEARANCES[id]?.status?.includes(through.status) ?? true));
}

function fits({ effect }: NginxDifference, alone: RawAnswer, through: RawAnswer): boolean {
  const [wasRefused, isRefused] = [alone.status >= 400, through.status >= 400];
  switch (effect) {
    case 'status':
      return wasRefused && isRefused;
    case 'stricter':
      return isRefused;
    case 'looser':
      return wasRefused;
    default:
      return false;
  }
}

function climbs(path: string): boolean {
  let depth = 0;
  for (const segment of path.replace(/%2e/gi, '.').split('/').slice(1)) {
    if (segment === '..' && --depth < 0) return true;
    if (segment !== '..' && segment !== '.' && segment !== '') depth++;
  }
  return false;
}
