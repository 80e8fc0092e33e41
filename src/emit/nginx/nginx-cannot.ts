/**
 * The differences between nginx's decisions and the gateway's, by name. The tests of equality let nothing else differ. The gateway decides again about each
 * request that nginx lets pass, so a request that the gateway would refuse does not get through, except by the few differences that are `looser`.
 */
import { compare, type Release } from './release.js';

export interface NginxDifference {
  /** Versions of nginx before this one differ; null means that every version does. */
  readonly before: Release | null;
  /**
   * - `status`: both refuse the request, nginx with another status.
   * - `stricter`: nginx refuses a request that the gateway would let pass.
   * - `text`: both refuse with the same status and code, but the body gives another reason.
   * - `state`: the difference depends on requests that came before.
   * - `content`: nginx lets the request pass, and changes it on its way to the gateway.
   * - `looser`: nginx changes the request so that the gateway lets pass what it would have refused.
   */
  readonly effect: 'status' | 'stricter' | 'text' | 'state' | 'content' | 'looser';
  /** What nginx does. */
  readonly nginx: string;
  /** What the gateway does. */
  readonly gateway: string;
  readonly why: string;
}

export const NGINX_CANNOT = {
  'absolute-form-authority': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a target in absolute form whose host has other characters than letters, digits, dots and dashes',
    gateway: '421, because no such host is served; for /health, and where every host is served, the request passes',
    why: 'the request line is parsed before any variable exists (ngx_http_parse.c, sw_host)',
  },
  'chunk-framing': {
    before: null,
    effect: 'looser',
    nginx: 'passes over what stands behind the size of a chunk and among the trailers, older ones also over bare line feeds, and makes chunks of its own',
    gateway: '400',
    why: 'nginx takes chunks apart itself (ngx_http_parse_chunked); what reaches the gateway has one meaning, since nginx has written it',
  },
  'connect': {
    before: null,
    effect: 'status',
    nginx: '405 or 400 for CONNECT, by the version and the form of its target',
    gateway: '405',
    why: 'before nginx refuses the method, its parser checks the target, and versions differ in the forms of a target that they take',
  },
  'empty-header': {
    before: null,
    effect: 'stricter',
    nginx: 'an empty Expect header counts as absent',
    gateway: 'an empty Expect header is an expectation that is not supported',
    why: 'a variable of a header is empty in both cases',
  },
  'forwarded-absolute-form': {
    before: null,
    effect: 'stricter',
    nginx: 'passes on the path of a target in absolute form, and in X-Forwarded-Host the host that stands in for a missing Origin',
    gateway: 'takes the host from the target itself, and behind nginx from that X-Forwarded-Host',
    why: 'one header cannot name both hosts; no proxy sends such targets to a server (RFC 9112 §3.2.2)',
  },
  'forwarded-for-spelling': {
    before: null,
    effect: 'looser',
    nginx: 'takes an address with a port, zeros in front or a comma behind it from the X-Forwarded-For of a trusted proxy, newer ones also one in brackets',
    gateway: 'takes it for no address, and the proxy itself for the client',
    why: 'the module that reads it has no setting (ngx_http_realip_module); what a trusted proxy adds last is its own word',
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
    gateway: 'takes every token (RFC 9110 §5.6.2), and refuses other names with 400',
    why: 'some servers read X_Forwarded_For as X-Forwarded-For; names of Mcp-Param-* are best kept to letters, digits and dashes (MCP-WIRE §7)',
  },
  'host-header': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a Host header with two dots in a row, and for a malformed one though the target or a trusted proxy names the host',
    gateway: '421 for two dots; for a malformed Host the target or the proxy decides',
    why: 'nginx validates Host while it parses the head (RFC 9112 §3.2 asks for it)',
  },
  'http-version': {
    before: null,
    effect: 'status',
    nginx: '400 for HTTP/2.0 and above on a request line; HTTP/1.2 and above are HTTP/1.1; for HTTP/0.9 the rows decide, and the answer has no head',
    gateway: '400 for all but HTTP/1.0 and HTTP/1.1',
    why: 'the parsers differ; no client of today sends such request lines',
  },
  'internal-hosts': {
    before: null,
    effect: 'status',
    nginx: '421 for the host names that a platform gives the gateway on its inner network',
    gateway: 'accepts these names, because other workloads use them',
    why: 'the names belong to the network behind nginx, not to the network in front of it',
  },
  'own-reason': {
    before: null,
    effect: 'text',
    nginx: 'gives the reason malformed-request for every 400 of its parser, also for a repeated Host',
    gateway: 'tells repeated-header and malformed-request apart',
    why: 'nginx keeps the status of a parser error and forgets its cause',
  },
  'parser-before-expectation': {
    before: null,
    effect: 'status',
    nginx: '400 for a request that its parser refuses, even if the request has an unsupported Expect too',
    gateway: '417 as soon as the head is read, before row 0 looks at Host',
    why: 'nginx validates Host while it parses the head',
  },
  'path-undecodable': {
    before: null,
    effect: 'status',
    nginx: '400 for a broken percent-escape, an encoded NUL, or a path that climbs above the root',
    gateway: '404, because the path is not literal, or the refusal of an earlier row',
    why: 'nginx decodes the path while it parses the request line, before any variable exists',
  },
  'preflight-with-body': {
    before: null,
    effect: 'stricter',
    nginx: '413 for an accepted preflight, or a repeated one, that declares a body above the limit',
    gateway: 'answers the preflight, because the rows of preflights come before the row of sizes',
    why: 'client_max_body_size is one size for all methods of a location',
  },
  'rate-is-its-own': {
    before: null,
    effect: 'state',
    nginx: 'meters every request that reaches row 7, in whole requests per second or minute, per nginx',
    gateway: 'each process has buckets of its own, and a wrong credential takes one more token',
    why: 'there are two meters, which count in the same way but know nothing of each other; whichever is full first refuses',
  },
  'repeated-connection': {
    before: [1, 23, 0],
    effect: 'content',
    nginx: 'tells the gateway of the first of two Connection headers; what the other names goes on',
    gateway: 'leaves out what any of them names',
    why: 'a variable of nginx holds the first of repeated headers',
  },
  'repeated-forwarded': {
    before: [1, 23, 0],
    effect: 'looser',
    nginx: 'takes the first of two X-Forwarded-Host or X-Forwarded-Proto headers that a trusted proxy sends, and passes on that one',
    gateway: 'refuses a repeated header as malformed',
    why: 'a variable of nginx holds the first of repeated headers; a trusted proxy should replace these headers, not add to them',
  },
  'repeated-origin': {
    before: [1, 23, 0],
    effect: 'status',
    nginx: 'decides by the first of two Origin headers; where that one is accepted, the gateway refuses the request',
    gateway: '400',
    why: 'a variable of nginx holds the first of repeated headers; since 1.23.0 it holds all of them',
  },
  'repeated-upgrade': {
    before: [1, 23, 0],
    effect: 'looser',
    nginx: 'sees the first of two Upgrade headers, and passes on neither',
    gateway: '400 when one of the headers asks for a WebSocket',
    why: 'a variable of nginx holds the first of repeated headers; without these headers the request is an ordinary one',
  },
  'single-headers': {
    before: null,
    effect: 'stricter',
    nginx: '400 when Authorization, Expect or another header that may come once comes twice',
    gateway: 'uses the first of the two headers, as Node does; refuses two Authorization headers only where they differ',
    why: 'nginx refuses such repeated headers while it parses the head',
  },
  'tab-before-value': {
    before: null,
    effect: 'stricter',
    nginx: 'a tab between the colon and the value is part of the value, so that no host and no origin fits it',
    gateway: 'white space around a value is not part of the value (RFC 9110 §5.5)',
    why: 'nginx skips spaces only (ngx_http_parse_header_line)',
  },
  'trace': {
    before: null,
    effect: 'status',
    nginx: '405 for TRACE before the first row',
    gateway: 'the rows decide, and row 5 refuses with 405 if no earlier row refuses',
    why: 'nginx refuses the method while it reads the head',
  },
  'transfer-coding': {
    before: null,
    effect: 'stricter',
    nginx: '400 for a transfer coding other than chunked, or one beside HTTP/1.0',
    gateway: 'its parser refuses some of these codings, earlier or later',
    why: 'the parsers differ; nginx passes on the coding chunked alone',
  },
  'undeclared-size': {
    before: null,
    effect: 'status',
    nginx: '413 as soon as a chunked body has grown above the limit',
    gateway: 'reads no body before row 12, so rows 7 to 11 may refuse first',
    why: 'nginx passes a body on while it arrives, and measures it on the way',
  },
  'unknown-method': {
    before: null,
    effect: 'status',
    nginx: 'the rows decide about every method of capitals, dashes and underscores, and row 5 refuses it if no earlier row does',
    gateway: '400 for a method that its parser does not know',
    why: 'the parser of each Node version has its own list of methods (RFC 9110 §9.1 names 405 and 501 for an unknown one)',
  },
} as const satisfies Readonly<Record<string, NginxDifference>>;

export type NginxDifferenceId = keyof typeof NGINX_CANNOT;

export function differencesOf(release: Release): readonly NginxDifferenceId[] {
  return (Object.keys(NGINX_CANNOT) as NginxDifferenceId[]).filter((id) => {
    const { before }: NginxDifference = NGINX_CANNOT[id];
    return before === null || compare(release, before) < 0;
  });
}
