/**
 * Whether a server has lost a session that it once had. The specification's word for that is 404; servers that have been restarted say it with 400, 410, 503,
 * or an error in a 200 as well, which may mean anything else. So a harmless question is asked in the same session: a session that lives answers a `ping`.
 */
import { discard } from '../upstream/deliver.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { eventReader, readEvent } from '../wire/events.js';
import { asObject, at, messageText, parseJson, POST_HEADERS } from '../wire/json-rpc.js';
import { isEventStream } from '../wire/media-type.js';
import { readBody } from '../wire/read-body.js';

/** What may be meant for a session beside 404, and beside an error in a 200. */
const MAYBE: ReadonlySet<number> = new Set([400, 410, 503]);
/** Servers say little about what they have lost; a longer answer is one to the call. */
const MOST = 4096;
/** In these words servers speak of a session that they do not know. */
const OF_SESSION = /session|initiali[sz]/i;
/** A server that knows the session, and no `ping`. */
const NO_METHOD = -32601;
/** What SDKs say of all that their transport does not take. */
const TRANSPORT = -32000;
/** Milliseconds for a `ping`. */
const MOST_WAIT = 5000;

/** A refusal as far as it tells why. */
interface Refusal {
  readonly status: number;
  /** Of a JSON-RPC error; undefined for another body. */
  readonly code: unknown;
  readonly text: string;
}

export interface Judged {
  /** The answer, of which nothing has been lost by looking at it. */
  readonly response: UpstreamResponse;
  readonly isLost: boolean;
}

/** Whether an answer may mean that its session is lost. Nearly none may, which is known at once. One that comes as a stream is an answer to the call. */
export function mayMeanLoss({ status, body }: UpstreamResponse): boolean {
  if (status === 200) return Buffer.isBuffer(body) && body.length <= MOST && body.includes('"error"');
  return status === 404 || MAYBE.has(status);
}

/** Sends a request in the session, where it lives. */
export type SendInSession = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/**
 * Judges the answer to `request`, which named a session and may mean its loss. Where that is lost, the request did not run: the server refuses the harmless
 * question with the very refusal that it gave the request. A GET or DELETE runs nothing, and there any refusal of the question will do.
 * @param within milliseconds for the rest of the answer
 */
export async function judgeSession(request: UpstreamRequest, response: UpstreamResponse, within: number, ask: SendInSession): Promise<Judged> {
  const { status, body } = response;
  if (status === 404) return { response, isLost: true };
  if (Number(response.headers['content-length'] ?? 0) > MOST) return { response, isLost: false };
  const whole = { ...response, body: await readBody(body, within) };
  const refused = refusalOf(whole, whole.body);
  return { response: whole, isLost: refused !== null && (await isRefusedAlike(request, refused, ask)) };
}

async function isRefusedAlike(request: UpstreamRequest, refused: Refusal, ask: SendInSession): Promise<boolean> {
  const { headers, method } = request;
  // Without what the caller says of its message: a version that is refused is not the session's fault.
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:mcp-(?:protocol-version|method|name|param-.*)|last-event-id)$/.test(name)));
  const signal = AbortSignal.timeout(MOST_WAIT);
  const body = Buffer.from(messageText({ id: 'mcpgen', method: 'ping' }));
  try {
    const answer = await ask({ ...request, method: 'POST', headers: { ...own, ...POST_HEADERS, 'accept-encoding': 'identity' }, body, signal });
    if (answer.status !== 200 && !MAYBE.has(answer.status)) {
      discard(answer);
      return answer.status === 404 && (method !== 'POST' || (refused.status !== 200 && speaksOfSession(refused)));
    }
    const again = refusalOf(answer, await readBody(answer.body, MOST_WAIT, MOST));
    if (!again) return false;
    return method !== 'POST' ? speaksOfSession(again) : isAlike(refused, again);
  } catch {
    // A server that does not answer now may have run the call before.
    return false;
  }
}

/** The same refusal twice, which is about nothing but what both requests have in common. */
function isAlike(first: Refusal, second: Refusal): boolean {
  return first.status === second.status && first.code === second.code && speaksOfSession(first) && speaksOfSession(second);
}

/** 400 and 410 are believed without a JSON-RPC error, or with the transport's own; all else has to name the session. */
function speaksOfSession({ status, code, text }: Refusal): boolean {
  return OF_SESSION.test(text) || ((status === 400 || status === 410) && (code === undefined || code === TRANSPORT));
}

/** Null where it is no refusal: a result, or an error that shows that the session is known. */
function refusalOf(response: UpstreamResponse, body: Buffer): Refusal | null {
  const { status } = response;
  const text = `${body}`;
  const message = asObject(parseJson(isEventStream(response) ? dataOf(body) : text));
  const code = at(message, 'error', 'code');
  if (code === NO_METHOD || 'result' in message || (status === 200 && !('error' in message))) return null;
  return { status, code, text };
}

const dataOf = (body: Buffer): string => {
  const reader = eventReader(MOST);
  return [...reader.push(body), ...reader.end()].map(({ text }) => readEvent(text)).find(({ data }) => data !== '')?.data ?? '';
};
