/** Health asked in MCP itself. */
import { MODERN } from '../decision/revision.js';
import { eventReader, readEvent } from '../wire/events.js';
import { asObject, at, messageText, parseJson, POST_HEADERS, type Json } from '../wire/json-rpc.js';
import { isEventStream } from '../wire/media-type.js';
import { CAPABILITIES, CLIENT_INFO, VERSION } from '../wire/meta-keys.js';
import { askOnce, type AnswerHead, type Judge, type Question } from './probe-http.js';
import type { McpHealth, Probe } from './probe.js';

const CLIENT = { name: 'mcpgen-probe', version: '1' };
const ID = 1;

export function mcpProbe(ask: McpHealth['ask'], endpoint: URL): Probe {
  return ask === 'ping' ? pingProbe(endpoint) : { look: (timeout) => discover(endpoint, timeout), close: () => Promise.resolve() };
}

/** `server/discover` is safe to ask of any server of 2026-07-28 (MCP-WIRE §7). */
async function discover(endpoint: URL, timeout: number): Promise<boolean> {
  const _meta = { [VERSION]: MODERN, [CAPABILITIES]: {}, [CLIENT_INFO]: CLIENT };
  const question = post({ id: ID, method: 'server/discover', params: { _meta } }, { 'mcp-protocol-version': MODERN, 'mcp-method': 'server/discover' });
  const answer = await askOnce(endpoint, question, timeout, readAnswer);
  return answer?.status === 200 && answer.result !== undefined;
}

interface Session {
  /** Empty where the server keeps none. */
  readonly id: string;
  readonly revision: string;
}

/** `ping` in one session, which is opened when it is first needed or has been lost: one for each look would leave them all behind in the server. */
function pingProbe(endpoint: URL): Probe {
  let session: Session | null = null;
  let closing: Promise<void> | null = null;

  const headersOf = ({ id, revision }: Session) => ({ 'mcp-protocol-version': revision, ...(id === '' ? {} : { 'mcp-session-id': id }) });

  const leave = async (left: Session | null): Promise<void> => {
    if (left && left.id !== '') await askOnce(endpoint, { method: 'DELETE', headers: headersOf(left), body: null }, 1000, () => true);
  };

  const open = async (left: () => number): Promise<Session | null> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT };
    const answer = await askOnce(endpoint, post({ id: ID, method: 'initialize', params }), left(), readAnswer);
    if (answer?.status !== 200 || answer.result === undefined) return null;
    const opened: Session = { id: answer.session, revision: String(at(answer.result, 'protocolVersion')) };
    const greeted = await askOnce(endpoint, post({ method: 'notifications/initialized' }, headersOf(opened)), left(), ({ status }) => status < 300);
    if (greeted === true && !closing) return opened;
    await leave(opened);
    return null;
  };

  return {
    look: async (timeout) => {
      const end = performance.now() + timeout;
      const left = (): number => Math.max(1, Math.ceil(end - performance.now()));
      const ping = async (): Promise<Answer | null> => {
        session ??= await open(left);
        return session && askOnce(endpoint, post({ id: ID, method: 'ping' }, headersOf(session)), left(), readAnswer);
      };
      const isKept = session !== null;
      let answer = await ping();
      // Lost, which servers say with 404, and some with 400: it has been restarted, or ends sessions that are idle.
      if (isKept && (answer?.status === 404 || answer?.status === 400)) {
        session = null;
        answer = await ping();
      }
      return answer?.status === 200 && answer.result !== undefined;
    },
    close: () => {
      closing ??= leave(session);
      session = null;
      return closing;
    },
  };
}

function post(message: object, headers: Readonly<Record<string, string>> = {}): Question {
  return { method: 'POST', headers: { ...POST_HEADERS, ...headers }, body: Buffer.from(messageText(message)) };
}

interface Answer {
  readonly status: number;
  readonly session: string;
  /** Undefined where it is an error, or none came. */
  readonly result: unknown;
}

/** The answer to our request, which may come as JSON or on a stream that does not end with it. */
const readAnswer: Judge<Answer> = (head, text, isWhole) => {
  const { status } = head;
  const session = String(head.headers['mcp-session-id'] ?? '');
  const message = status === 200 ? messagesOf(head, text, isWhole).find(({ id, method }) => id === ID && method === undefined) : undefined;
  return message || isWhole || status !== 200 ? { status, session, result: message?.['result'] } : undefined;
};

function messagesOf(head: AnswerHead, text: string, isWhole: boolean): Json[] {
  const isStream = isEventStream(head);
  if (!isStream) return isWhole ? [asObject(parseJson(text))] : [];
  return eventReader(Infinity).push(Buffer.from(text)).map((event) => asObject(parseJson(readEvent(event.text).data)));
}
