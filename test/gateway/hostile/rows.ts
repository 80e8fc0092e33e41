/** What a hostile request is, and what the documentation says it gets. */
import { requestBytes, type AskOptions } from '../../support/http.js';

/** Reason → status and code, as they are documented: written here once more, so that a change of the gateway's own table shows. */
export const DOCUMENTED = {
  'malformed-request': [400, 400],
  'repeated-header': [400, 400],
  'path-not-literal': [404, 404],
  'unknown-host': [421, 421],
  'unknown-route': [404, 404],
  'preflight-refused': [403, 403],
  'origin-not-allowed': [403, 403],
  'method-not-allowed': [405, 405],
  'expectation-unsupported': [417, 417],
  'upgrade-unsupported': [400, 400],
  'body-too-large': [413, 413],
  'content-type-unsupported': [415, 415],
  'headers-too-large': [431, 431],
  'address-not-allowed': [403, 403],
  'credentials-missing': [401, 401],
  'credentials-invalid': [401, 401],
  'tenant-unknown': [403, 403],
  'tenant-ambiguous': [403, 403],
  'server-not-granted': [403, 403],
  'origin-not-granted': [403, 403],
  'scope-insufficient': [403, 403],
  'body-not-json': [400, -32700],
  'body-not-message': [400, -32600],
  'body-too-deep': [400, -32600],
  'body-duplicate-key': [400, -32600],
  'envelope-invalid': [400, -32602],
  'header-mismatch': [400, -32020],
  'revision-not-served': [400, -32022],
  'session-unknown': [404, 404],
  /** In band: what a server would say of a name that it does not know. */
  'item-denied': [200, -32602],
  /** The same of a resource, in the revisions before 2026-07-28. */
  'resource-denied': [200, -32002],
  /** Of a batch: each request of it has a reply. */
  'batch-denied': [200, null],
  /** Of what waits for no reply. */
  'silently-denied': [202, null],
  /** The admin listener's own. */
  'token-may-read': [403, null],
  'body-malformed': [400, null],
  'query-unsupported': [400, null],
} as const satisfies Readonly<Record<string, readonly [status: number, code: number | null]>>;

export type Refusal = keyof typeof DOCUMENTED;

/** What the log calls those that have the same reason. */
export const loggedAs = (reason: Refusal): string => (reason.endsWith('-denied') ? 'item-denied' : reason);

/** What is sent: a request, or bytes where no request says it. */
export type Sent = AskOptions | string | Buffer;

export interface Row {
  readonly name: string;
  readonly bytes: Buffer;
  /** The address that it comes from. */
  readonly from: string;
  readonly door: 'public' | 'admin';
  readonly reason: Refusal;
  /** Why credentials were not accepted, which only the log says. */
  readonly why: string | null;
  /** Answers with nothing in them: those of HEAD, and of what waits for none. */
  readonly isBodiless: boolean;
  readonly isRaw: boolean;
}

export interface More {
  readonly from?: string;
  readonly door?: Row['door'];
  readonly why?: string;
}

export type Named = readonly (readonly [name: string, sent: Sent])[];

/** Rows that are refused for one reason. */
export function refused(reason: Refusal, table: Named, { from = '127.0.0.1', door = 'public', why }: More = {}): readonly Row[] {
  return table.map(([name, sent]) => {
    const isRaw = typeof sent === 'string' || Buffer.isBuffer(sent);
    const bytes = typeof sent === 'string' ? Buffer.from(sent, 'latin1') : Buffer.isBuffer(sent) ? sent : requestBytes(sent);
    const isBodiless = bytes.subarray(0, 5).toString() === 'HEAD ';
    return { name, bytes, from: isRaw || sent.from === undefined ? from : sent.from, door, reason, why: why ?? null, isBodiless, isRaw };
  });
}
