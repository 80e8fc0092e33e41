// @ts-check
/** Full-text search over corpus/: stateless Streamable HTTP, so any replica can answer any request. */
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { z } from 'zod';
import { articles, search } from './corpus.js';
import { MAX_BODY_BYTES, registerWhoami, serve } from './http.js';
import { structured } from './result.js';

/** 2025-11-25, Resources § Error Handling. */
const RESOURCE_NOT_FOUND = -32002;

const READ_ONLY = { readOnlyHint: true, openWorldHint: false };
const article = { id: z.string(), title: z.string(), path: z.string() };
const hits = { hits: z.array(z.object({ ...article, snippet: z.string(), score: z.number() })) };
const articleId = z.string().describe('An id from search, such as retries');
// Once, not per server: completable() marks the schema itself and cannot do so twice.
const completedId = completable(z.string(), matchingIds);
// Shared, because each server would make its own, which takes longer than a search.
const jsonSchemaValidator = new AjvJsonSchemaValidator();

serve({
  name: 'search',
  port: 8101,
  // Without a session there is no stream to GET and nothing to DELETE (2025-11-25, Transports § Streamable HTTP).
  methods: ['POST'],
  async handle(req, res) {
    const mcp = createMcp();
    registerWhoami(mcp, req);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
      maxRequestBodySize: MAX_BODY_BYTES,
    });
    res.on('close', () => mcp.close());
    await mcp.connect(transport);
    await transport.handleRequest(req, res);
  },
});

/** One per request: the SDK ties a server to a transport, and a shared one would mix up the callers' request ids. */
function createMcp() {
  const mcp = new McpServer({ name: 'search', version: '1.0.0' }, { jsonSchemaValidator });

  mcp.registerTool('search', {
    description: 'Ranks the articles on networking, HTTP, proxies, MCP and Kubernetes by relevance to a query.',
    inputSchema: { query: z.string().min(1).max(500), limit: z.number().int().min(1).max(50).default(5) },
    outputSchema: hits,
    annotations: READ_ONLY,
  }, ({ query, limit }) => {
    const found = search(query, limit);
    const shown = found.map(hit => `${hit.title} (${hit.path}, ${hit.score})\n  ${hit.snippet}`).join('\n');
    return structured({ hits: found }, shown || `No article matches ${JSON.stringify(query)}.`);
  });

  mcp.registerTool('read', {
    description: 'Returns one article in full.',
    inputSchema: { id: articleId },
    outputSchema: { ...article, text: z.string() },
    annotations: READ_ONLY,
  }, ({ id }) => {
    const found = find(id);
    return structured({ ...found }, found.text);
  });

  mcp.registerResource('article', new ResourceTemplate('corpus:///{id}', {
    list: () => ({ resources: [...articles.values()].map(({ id, title }) => ({ uri: `corpus:///${id}`, name: id, title })) }),
    complete: { id: matchingIds },
  }), { description: 'An article of the corpus', mimeType: 'text/markdown' }, (uri, { id }) => ({
    contents: [{ uri: uri.href, mimeType: 'text/markdown', text: find(String(id)).text }],
  }));

  mcp.registerPrompt('summarise', {
    description: 'Asks for a summary of one article.',
    argsSchema: { id: completedId },
  }, ({ id }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Summarise this article in three sentences.\n\n${find(id).text}` } }],
  }));

  // The SDK announces list changes for whatever is registered; these lists are fixed, and no stream could carry the news.
  mcp.server.registerCapabilities({
    tools: { listChanged: false }, resources: { listChanged: false }, prompts: { listChanged: false },
  });
  return mcp;
}

/** @param {string} id */
function find(id) {
  const found = articles.get(id);
  if (!found) throw new McpError(RESOURCE_NOT_FOUND, `No article ${JSON.stringify(id)}; search names those that exist`);
  return found;
}

/** @param {string} start */
function matchingIds(start) {
  return [...articles.keys()].filter(id => id.startsWith(start));
}
