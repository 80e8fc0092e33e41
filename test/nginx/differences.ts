/** When each named difference may show in a generated request. Null: not among what is generated; it has a test of its own, or cannot be seen from outside. */
import type { NginxDifferenceId } from '#src/emit/nginx/nginx-cannot.js';
import type { Traffic } from '#src/plan/types.js';
import type { Release } from '#src/emit/nginx/release.js';
import type { Sent } from './generate.js';

type May = (sent: Sent, context: { readonly release: Release; readonly traffic: Partial<Traffic> }) => boolean;

/** As Node 20 to 26 know them, of those that are generated. */
const UNKNOWN_METHOD = /^(FOO|G_T)$/;
const SINGLE = ['authorization', 'content-length', 'expect', 'host', 'transfer-encoding', 'user-agent'];

const values = ({ headers }: Sent, name: string): readonly string[] => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
const has = (sent: Sent, name: string): boolean => values(sent, name).length > 0;
const pathOf = ({ target }: Sent): string => target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split('?', 1)[0] ?? '';

export const MAY: Readonly<Record<NginxDifferenceId, May | null>> = {
  'absolute-form-authority': ({ target }) => /^https?:\/\/[^/?#]*[^a-z0-9.:/?#[\]-]/i.test(target) || /^https?:\/\/\[[^\]]*[^0-9a-f:.\]]/i.test(target),
  'connect': ({ method }) => method === 'CONNECT',
  'empty-header': (sent) => values(sent, 'access-control-request-method').includes('') || values(sent, 'expect').includes(''),
  'forwarded-absolute-form': (sent, { traffic }) =>
    traffic.originFallback === 'forwarded' && /^https?:/i.test(sent.target) && !values(sent, 'origin').some(Boolean) && has(sent, 'x-forwarded-host') && has(sent, 'x-forwarded-proto'),
  'header-bytes': null,
  'header-names': null,
  'host-header': (sent) =>
    !has(sent, 'host') || values(sent, 'host').some((host) => /^\.*$|\.\./.test(host) || !/^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/i.test(host)),
  'http-version': null,
  'internal-hosts': null,
  'own-reason': null,
  'parser-before-expectation': (sent) => values(sent, 'expect').some((value) => !/(?:^|\W)100-continue(?:$|\W)/i.test(value)),
  'path-undecodable': (sent) => /%(?![0-9a-f]{2})|%00/i.test(pathOf(sent)) || climbs(pathOf(sent)),
  'preflight-with-body': (sent) => sent.method === 'OPTIONS' && values(sent, 'content-length').some((length) => Number(length) > 65_536),
  'rate-is-its-own': null,
  'repeated-forwarded': (sent, { traffic }) => traffic.trustedProxies !== undefined && ['x-forwarded-host', 'x-forwarded-proto'].some((name) => values(sent, name).length > 1),
  'repeated-origin': (sent) => values(sent, 'origin').length > 1,
  'single-headers': (sent) => SINGLE.some((name) => values(sent, name).length > 1),
  'tab-before-value': (sent) => sent.headers.some(([, value]) => value.startsWith('\t')),
  'trace': ({ method }) => method === 'TRACE',
  'transfer-coding': (sent) => values(sent, 'transfer-encoding').some((coding) => coding.toLowerCase() !== 'chunked' || sent.version === 'HTTP/1.0'),
  'unknown-method': ({ method }) => UNKNOWN_METHOD.test(method),
};

function climbs(path: string): boolean {
  let depth = 0;
  for (const segment of path.replace(/%2e/gi, '.').split('/').slice(1)) {
    if (segment === '..' && --depth < 0) return true;
    if (segment !== '..' && segment !== '.' && segment !== '') depth++;
  }
  return false;
}
