// @ts-check
/** What the two HTTP demo servers share: one port, one MCP path, a health answer, an orderly end. */
import { createServer } from 'node:http';
import { z } from 'zod';
import { structured } from './result.js';

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {import('@modelcontextprotocol/sdk/server/mcp.js').McpServer} McpServer
 *
 * @typedef {object} App
 * @property {string} name
 * @property {number} port   used when PORT is not set
 * @property {readonly string[]} methods   what the MCP path accepts
 * @property {(req: Request, res: Response) => Promise<void>} handle   one request on the MCP path
 * @property {() => unknown} [close]   ends whatever would outlive a request
 */

/** Handed to the SDK's transport, which reads the body and answers 413 beyond this. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

const MCP_PATH = '/mcp';
const SHUTDOWN_MS = 1500;

/** @param {App} app */
export function serve({ name, port, methods, handle, close }) {
  const http = createServer((req, res) => {
    const path = req.url?.split('?')[0];
    if (path === '/health') return json(res, 200, { status: 'ok' });
    if (path !== MCP_PATH) return refuse(res, 404, -32000, `Not Found: MCP is served on ${MCP_PATH}`);
    if (!methods.includes(req.method ?? '')) return refuse(res, 405, -32000, 'Method Not Allowed', { Allow: methods.join(', ') });
    handle(req, res).catch(error => {
      console.error(error);
      if (res.headersSent) res.destroy();
      else refuse(res, 500, -32603, 'Internal error');
    });
  });

  const host = process.env.HOST || '127.0.0.1';
  http.on('error', error => fail(`${name} cannot listen: ${error.message}`));
  http.listen(wholeNumber('PORT', port, 65_535), host, () => {
    // A server that listens on a port has an address of this kind; the others belong to pipes.
    const { port: actual } = /** @type {import('node:net').AddressInfo} */ (http.address());
    console.error(`${name} listening on http://${host.includes(':') ? `[${host}]` : host}:${actual}${MCP_PATH}`);
  });

  /**
   * How many requests each connection has under way that has asked at all. Node 26 takes also those for idle that have come and not asked yet: it would cut
   * off whoever is just about to.
   *
   * @type {Map<import('node:net').Socket, number>}
   */
  const underWay = new Map();
  let stopping = false;
  http.on('connection', socket => socket.once('close', () => underWay.delete(socket)));
  http.on('request', ({ socket }, res) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    res.once('close', () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (!socket.destroyed) underWay.set(socket, left);
      if (stopping && left === 0) socket.end();
    });
  });
  // Node calls this when the server closes.
  http.closeIdleConnections = () => underWay.forEach((count, socket) => count === 0 && socket.destroy());

  const stop = () => {
    stopping = true;
    http.close(() => process.exit(0));
    close?.();
    setTimeout(() => http.closeAllConnections(), SHUTDOWN_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/**
 * Tells which process answered, so that a test can see how a gateway spreads its load.
 *
 * @param {McpServer} mcp
 * @param {Request} req
 */
export function registerWhoami(mcp, req) {
  const instance = process.env.INSTANCE ?? String(req.socket.localPort);
  mcp.registerTool('whoami', {
    description: 'Names the process that answers.',
    outputSchema: { instance: z.string(), pid: z.number() },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }, () => structured({ instance, pid: process.pid }));
}

/**
 * Answers without an MCP server: a JSON-RPC error with no id, since no message was read.
 *
 * @param {Response} res
 * @param {number} status
 * @param {number} code
 * @param {string} message
 * @param {Record<string, string>} [headers]
 */
export function refuse(res, status, code, message, headers) {
  json(res, status, { jsonrpc: '2.0', error: { code, message }, id: null }, headers);
}

/**
 * @param {string} name   of the environment variable
 * @param {number} fallback
 * @param {number} max
 */
export function wholeNumber(name, fallback, max) {
  const value = process.env[name];
  if (value === undefined) return fallback;
  if (!/^\d+$/.test(value) || Number(value) > max) fail(`${name} must be a whole number from 0 to ${max}, not ${JSON.stringify(value)}`);
  return Number(value);
}

/**
 * @param {Response} res
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
function json(res, status, body, headers) {
  const text = JSON.stringify(body);
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers }).end(text);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
