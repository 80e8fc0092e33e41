// @ts-check
/** Sessions on Streamable HTTP (2025-11-25, Transports § Session Management): one MCP server per Mcp-Session-Id. */
import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createEventStore } from './event-store.js';
import { MAX_BODY_BYTES, refuse } from './http.js';

/**
 * @typedef {import('./http.js').Request} Request
 * @typedef {import('./http.js').Response} Response
 * @typedef {import('@modelcontextprotocol/sdk/server/mcp.js').McpServer} McpServer
 *
 * @typedef {object} Session
 * @property {McpServer} mcp
 * @property {StreamableHTTPServerTransport} transport
 * @property {number} open   requests and streams under way
 * @property {NodeJS.Timeout} [expiry]   runs while nothing is
 */

/**
 * @param {(req: Request) => McpServer} createMcp
 * @param {number} idleMs   a session without a request or an open stream for this long is dropped
 */
export function createSessions(createMcp, idleMs) {
  /** @type {Map<string, Session>} */
  const sessions = new Map();

  /** @param {Request} req */
  async function begin(req) {
    const mcp = createMcp(req);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: id => void sessions.set(id, session),
      eventStore: createEventStore(),
      maxRequestBodySize: MAX_BODY_BYTES,
    });
    /** @type {Session} */
    const session = { mcp, transport, open: 0 };
    mcp.server.onclose = () => {
      clearTimeout(session.expiry);
      sessions.delete(transport.sessionId ?? '');
    };
    await mcp.connect(transport);
    return session;
  }

  /**
   * @param {Session} session
   * @param {Response} res
   */
  function keepAwake(session, res) {
    clearTimeout(session.expiry);
    session.open += 1;
    res.on('close', () => {
      session.open -= 1;
      if (session.open === 0 && session.mcp.isConnected()) session.expiry = setTimeout(() => session.mcp.close(), idleMs).unref();
    });
  }

  return {
    /** @type {(req: Request, res: Response) => Promise<void>} */
    async handle(req, res) {
      const id = req.headers['mcp-session-id'];
      if (id === undefined && req.method !== 'POST') return refuse(res, 400, -32000, 'Bad Request: Mcp-Session-Id header is required');
      const session = id === undefined ? await begin(req) : sessions.get(String(id));
      if (!session) return refuse(res, 404, -32001, 'Session not found');

      keepAwake(session, res);
      await session.transport.handleRequest(req, res);
      // Without an id, anything but initialize has just been answered with 400, and this server will never be used.
      if (session.transport.sessionId === undefined) await session.mcp.close();
    },

    /** Ends every stream and every call under way. */
    close() {
      for (const { mcp } of [...sessions.values()]) mcp.close();
    },
  };
}
