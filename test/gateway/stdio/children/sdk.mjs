// A server made with the official SDK: tools that report progress, log, ask the client and change the list.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });
const mcp = new McpServer({ name: 'fixture', version: '1.0.0' }, { capabilities: { logging: {}, tools: { listChanged: true } } });

mcp.registerTool('echo', { inputSchema: { value: z.string() } }, async ({ value }) => text(value));
mcp.registerTool('pid', {}, async () => text(process.pid));
mcp.registerTool('count', { inputSchema: { to: z.number() } }, async ({ to }, { _meta, sendNotification }) => {
  for (let progress = 1; progress <= to; progress += 1) {
    await sendNotification({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress, total: to } });
  }
  return text(to);
});
mcp.registerTool('sample', { inputSchema: { prompt: z.string() } }, async ({ prompt }) => {
  const { content } = await mcp.server.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 10 });
  return text(content.text);
});
mcp.registerTool('log', {}, async () => {
  await mcp.server.sendLoggingMessage({ level: 'warning', data: 'look' });
  return text('logged');
});
mcp.registerTool('change', {}, async () => {
  mcp.sendToolListChanged();
  return text('changed');
});

await mcp.connect(new StdioServerTransport());
