/** Health asked in MCP itself. */
import { MODERN } from '../decision/revision.js';
import { eventReader, readEvent } from '../wire/events.js';
import { asObject, at, messageText, parseJson, POST_HEADERS, type Json } from '../wire/json-rpc.js';
import { isEventStream } from '../wire/media-type.js';
import { CAPABILITIES, CLIENT_INFO, VERSION } from '../wire/meta-keys.js';
import { askOnce, type AnswerHead, type Judge, type Question } from './probe-http.js';
import { isRedirection, redirection } from './redirects.js';
import { asking, type Asked, type Finding, type McpHealth, type Probe } from './probe.js';
import { UpstreamFault } from '../wire/fault.js';

const CLIENT = { name: 'mcpgen-probe', version: '1' };
const ID = 1;

export function mcpProbe(ask: McpHealth['ask'], endpoint: Asked): Probe {
  return ask === 'ping' ? pingProbe(endpoint) : asking((timeout) => discover(endpoint, timeout));
}

/** `server/discover` is safe to ask of any server of 2026-07-28 (MCP-WIRE §7). */
async function discover(endpoint: Asked, timeout: number): Promise<Finding> {
  const _meta = { [VERSION]: MODERN, [CAPABILITIES]: {}, [CLIENT_INFO]: CLIENT };
  const question = post({ id: ID, method: 'server/discover', params: { _meta } }, { 'mcp-protocol-version': MODERN, 'mcp-method': 'server/discover' });
  return findingOf(await askOnce(endpoint, question, timeout, readAnswer), 'server/discover', endpoint);
}

function findingOf(answer: Answer | UpstreamFault, method: string, { url: { origin }, shown }: Asked): Finding {
  if (answer instanceof UpstreamFault) return answer;
  if (isRedirection(answer.status)) return redirection(answer, origin);
  // It is there, and asks for a token of a caller's, which a probe has not.
  if (answer.status === 401 && shown?.now.wantsToken) return null;
  if (answer.status !== 200) return `it answered ${method} with ${answer.status}`;
  return answer.result === undefined ? `its answer to ${method} has no result` : null;
}

/** It has been restarted, or ends sessions that are idle; servers have many words for a session that they do not know. */
const LOST: ReadonlySet<number> = new Set([200, 400, 404, 410, 503]);

interface Session {
  /** Empty where the server keeps none. */
  readonly id: string;
  readonly revision: string;
}

/** `ping` in one session, which is opened when it is first needed or has been lost: one for each look would leave them all behind in the server. */
function pingProbe(endpoint: Asked): Probe {
  let session: Session | null = null;
  let mayBeLost = false;
  let closing: Promise<void> | null = null;

  const headersOf = ({ id, revision }: Session) => ({ 'mcp-protocol-version': revision, ...(id === '' ? {} : { 'mcp-session-id': id }) });

  const leave = async (left: Session | null): Promise<void> => {
    if (left && left.id !== '') await askOnce(endpoint, { method: 'DELETE', headers: headersOf(left), body: null }, 1000, () => true);
  };

  const open = async (left: () => number): Promise<Session | Finding> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT };
    const answer = await askOnce(endpoint, post({ id: ID, method: 'initialize', params }), left(), readAnswer);
    const finding = findingOf(answer, 'initialize', endpoint);
    if (finding !== null || answer instanceof UpstreamFault) return finding;
    const opened: Session = { id: answer.session, revision: String(at(answer.result, 'protocolVersion')) };
    const greeted = await askOnce(endpoint, post({ method: 'notifications/initialized' }, headersOf(opened)), left(), ({ status }) => status < 300);
    if (greeted === true && !closing) return opened;
    await leave(opened);
    return greeted instanceof UpstreamFault ? greeted : 'it refuses notifications/initialized';
  };

  const ping = async (left: () => number): Promise<Finding> => {
    if (!session) {
      const opened = await open(left);
      if (opened === null || typeof opened !== 'object' || opened instanceof Error) return opened;
      session = opened;
    }
    const answer = await askOnce(endpoint, post({ id: ID, method: 'ping' }, headersOf(session)), left(), readAnswer);
    mayBeLost = !(answer instanceof UpstreamFault) && LOST.has(answer.status) && answer.result === undefined;
    return findingOf(answer, 'ping', endpoint);
  };

  const look = async (timeout: number): Promise<Finding> => {
    const end = performance.now() + timeout;
    const left = (): number => Math.max(1, Math.ceil(end - performance.now()));
    const isKept = session !== null;
    const finding = await ping(left);
    if (!isKept || !mayBeLost) return finding;
    const known = session;
    session = null;
    const again = await ping(left);
    // It takes no new session either: what it is short of may not be this one.
    if (!closing) session ??= known;
    return again;
  };

  return asking(look, () => {
    closing ??= leave(session);
    session = null;
    return closing;
  });
}

function post(message: object, headers: Readonly<Record<string, string>> = {}): Question {
  return { method: 'POST', headers: { ...POST_HEADERS, ...headers }, body: Buffer.from(messageText(message)) };
}

interface Answer extends AnswerHead {
  readonly session: string;
  /** Undefined where it is an error, or none came. */
  readonly result: unknown;
}

/** The answer to our request, which may come as JSON or on a stream that does not end with it. */
const readAnswer: Judge<Answer> = (head, text, isWhole) => {
  const { status } = head;
  const session = String(head.headers['mcp-session-id'] ?? '');
  const message = status === 200 ? messagesOf(head, text, isWhole).find(({ id, method }) => id === ID && method === undefined) : undefined;
  return message || isWhole || status !== 200 ? { status, headers: head.headers, session, result: message?.['result'] } : undefined;
};

function messagesOf(head: AnswerHead, text: string, isWhole: boolean): Json[] {
  const isStream = isEventStream(head);
  if (!isStream) return isWhole ? [asObject(parseJson(text))] : [];
  return eventReader(Infinity).push(Buffer.from(text)).map((event) => asObject(parseJson(readEvent(event.text).data)));
}
