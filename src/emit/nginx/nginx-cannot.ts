/**
 * What nginx cannot decide as the gateway does, by name: for the documentation, and for the tests of equality, which let nothing else
 * differ. What passes here is decided again by the gateway, so no request gets through that it would refuse, but for the few that are
 * `looser`.
 */
import { compare, type Release } from './release.js';

export interface NginxDifference {
  /** nginx versions that differ; null is every one. */
  readonly before: Release | null;
  /**
   * `status`: both refuse, nginx with another status. `stricter`: nginx refuses what the gateway would let pass. `text`: the same status
   * and code, another reason in the body. `state`: depends on requests before this one. `content`: passes, and reaches the gateway
   * changed. `looser`: nginx lets pass what the gateway would refuse, had it seen the request itself.
   */
  readonly effect: 'status' | 'stricter' | 'text' | 'state' | 'content' | 'looser';
  readonly nginx: string;
  readonly gateway: string;
  readonly why: string;
}

export const NGINX_CANNOT = {
  'absolute-form-authority': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a target in absolute form whose host has other characters than letters, digits, dots and dashes',
    gateway: '421: no such host is served; an answer where any host is, and for /health',
    why: 'the request line is parsed before any variable exists (ngx_http_parse.c, sw_host)',
  },
  'connect': {
    before: null,
    effect: 'status',
    nginx: '405 or 400 for CONNECT, by the version and the form of its target',
    gateway: '405',
    why: 'its parser wants a path, a URL or an authority there, depending on the version, before the method itself is refused',
  },
  'empty-header': {
    before: null,
    effect: 'stricter',
    nginx: 'a header without a value is a header that is absent',
    gateway: 'an empty Expect is one that is not supported',
    why: 'a variable of a header is empty in both cases',
  },
  'forwarded-absolute-form': {
    before: null,
    effect: 'stricter',
    nginx: 'passes a target in absolute form on as a path, beside the X-Forwarded-Host that makes up for a missing Origin',
    gateway: 'goes by the target, and behind nginx by that X-Forwarded-Host',
    why: 'one header cannot name both hosts; no proxy sends such targets to a server (RFC 9112 §3.2.2)',
  },
  'header-bytes': {
    before: null,
    effect: 'status',
    nginx: '431 or 400 by the bytes of the head with its separators, in buffers of whole lines',
    gateway: '431 by the bytes of target, names and values',
    why: 'each parser counts what it stores, and nginx adds headers of its own on the way to the gateway',
  },
  'header-names': {
    before: null,
    effect: 'content',
    nginx: 'a header whose name has other characters than letters, digits and dashes does not reach the gateway',
    gateway: 'takes every token (RFC 9110 §5.6.2)',
    why: 'some servers read X_Forwarded_For as X-Forwarded-For; names of Mcp-Param-* are best kept to letters, digits and dashes (MCP-WIRE §7)',
  },
  'host-header': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a Host header with two dots in a row, and for a malformed one though the target or a trusted proxy names the host',
    gateway: '421 for the first; goes by the target or the proxy in the others',
    why: 'nginx validates Host while it parses the head (RFC 9112 §3.2 asks for it)',
  },
  'http-version': {
    before: null,
    effect: 'status',
    nginx: '400 for HTTP/2.0 and above on a request line; HTTP/0.9 is answered by the rows, without a head',
    gateway: 'its parser takes HTTP/2.0 for HTTP/1.1 and knows no 0.9',
    why: 'parsers differ; nothing that speaks HTTP sends either',
  },
  'internal-hosts': {
    before: null,
    effect: 'status',
    nginx: '421 for the names by which a platform calls the gateway inside',
    gateway: 'accepts them, because other workloads call it by them',
    why: 'they are for the network behind nginx, not for the one in front',
  },
  'own-reason': {
    before: null,
    effect: 'text',
    nginx: 'reason malformed-request for every 400 of its parser, repeated Host among them',
    gateway: 'tells repeated-header and malformed-request apart',
    why: 'nginx keeps the status of an error and not its cause',
  },
  'parser-before-expectation': {
    before: null,
    effect: 'status',
    nginx: '400 for what its parser refuses, an unsupported Expect beside it or not',
    gateway: '417 as soon as the head is read, before row 0 looks at Host',
    why: 'nginx validates Host while it parses the head',
  },
  'path-undecodable': {
    before: null,
    effect: 'status',
    nginx: '400 for a broken percent-escape, an encoded NUL, or a path that climbs above the root',
    gateway: '404: the path is not literal; or what an earlier row says',
    why: 'nginx decodes the path while it parses the request line, before any variable exists',
  },
  'preflight-with-body': {
    before: null,
    effect: 'stricter',
    nginx: '413 for an accepted preflight, or a repeated one, that declares a body above the limit',
    gateway: 'answers it: preflights come before sizes',
    why: 'client_max_body_size is one size for a location, whatever the method',
  },
  'rate-is-its-own': {
    before: null,
    effect: 'state',
    nginx: 'meters every request that reaches row 7, in whole requests per second or minute, per nginx',
    gateway: 'has buckets of its own per process, and takes one more token for a wrong credential',
    why: 'two meters that count alike but not together: the stricter of the two answers',
  },
  'repeated-forwarded': {
    before: [1, 23, 0],
    effect: 'looser',
    nginx: 'takes the first of two X-Forwarded-Host or X-Forwarded-Proto headers that a trusted proxy sends, and passes on that one',
    gateway: 'refuses the two as malformed',
    why: 'variables hold the first of repeated headers; a trusted proxy should set them, not add to them',
  },
  'repeated-origin': {
    before: [1, 23, 0],
    effect: 'status',
    nginx: 'sees the first of two Origin headers and refuses by it; when it accepts the first, the gateway refuses both',
    gateway: '400',
    why: 'variables hold the first of repeated headers; since 1.23.0 they are joined',
  },
  'repeated-upgrade': {
    before: [1, 23, 0],
    effect: 'looser',
    nginx: 'sees the first of two Upgrade headers, and passes neither on',
    gateway: '400 when one of them is for a WebSocket',
    why: 'variables hold the first of repeated headers; what is passed on is an ordinary request',
  },
  'single-headers': {
    before: null,
    effect: 'stricter',
    nginx: '400 when Authorization, Expect or another header that may come once comes twice',
    gateway: 'the first counts, as Node has it',
    why: 'nginx refuses them while it parses the head',
  },
  'tab-before-value': {
    before: null,
    effect: 'stricter',
    nginx: 'a tab between the colon and the value belongs to the value, which is then no host and no origin',
    gateway: 'white space around values is none of theirs (RFC 9110 §5.5)',
    why: 'nginx skips spaces only (ngx_http_parse_header_line)',
  },
  'trace': {
    before: null,
    effect: 'status',
    nginx: '405 for TRACE before any row',
    gateway: 'asks the rows first, which say 405 at row 5 at the latest',
    why: 'nginx refuses the method while it reads the head',
  },
  'transfer-coding': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a transfer coding other than chunked, or one beside HTTP/1.0',
    gateway: 'its parser refuses some of them earlier, later, or not at all',
    why: 'parsers differ; nginx passes on nothing but chunked',
  },
  'undeclared-size': {
    before: null,
    effect: 'status',
    nginx: '413 as soon as a chunked body has grown above the limit',
    gateway: 'reads no body before row 12, so rows 7 to 11 may refuse first',
    why: 'bodies pass nginx as they come and are measured on the way',
  },
  'unknown-method': {
    before: null,
    effect: 'status',
    nginx: 'asks the rows for any method of capitals, dashes and underscores, and says 405 at row 5 at the latest',
    gateway: '400 for a method that its parser does not know',
    why: 'the list is part of the parser of each Node version (RFC 9110 §9.1 has 405 and 501 for it)',
  },
} as const satisfies Readonly<Record<string, NginxDifference>>;

export type NginxDifferenceId = keyof typeof NGINX_CANNOT;

export function differencesOf(release: Release): readonly NginxDifferenceId[] {
  return (Object.keys(NGINX_CANNOT) as NginxDifferenceId[]).filter((id) => {
    const { before }: NginxDifference = NGINX_CANNOT[id];
    return before === null || compare(release, before) < 0;
  });
}
