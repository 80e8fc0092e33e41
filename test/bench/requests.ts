/** The bytes that the load sends: made once, so that a request costs the load one write. */
import { CALLERS } from './callers.js';
import { OPENING, type Scenario } from './scenarios.js';

/** What every MCP client sends. */
export const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' } as const;

/** The gateway's route; the others take any. */
export const PATH = '/mcp/search';

/** Stands in a request where a connection puts the id of its session. */
export const SESSION_PLACEHOLDER = '{session}';

type Headers = Readonly<Record<string, string>>;

export interface Requests {
  /** Sent once on each connection, before it is measured; null without a session. */
  readonly opening: string | null;
  /** Sent by turns, so that no two requests that follow each other on a connection are alike where there are several. */
  readonly requests: readonly string[];
}

/** @param headers what the target wants beside the headers of all */
export function requestsOf(scenario: Scenario, headers: Headers): Requests {
  const { body, callers, hasSession } = scenario;
  const session = hasSession ? { 'mcp-session-id': SESSION_PLACEHOLDER } : {};
  const heads = callers === 'many' ? CALLERS.map((caller) => ({ ...headers, ...caller.headers })) : [headers];
  return {
    opening: hasSession ? bytesOf(OPENING.body, headers) : null,
    requests: heads.map((head) => bytesOf(body, { ...head, ...session })),
  };
}

function bytesOf(body: string, headers: Headers): string {
  const all = { host: 'localhost', ...HEADERS, ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${PATH} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
