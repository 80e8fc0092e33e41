/** A small server with sessions and two tools: `echo`, and `wait`, whose answer is a stream that says nothing more. A stream of a GET stays open too. */
import { stream, json, type Behave } from './upstreams.js';

export function mcpServer(): Behave {
  let opened = 0;
  return ({ message, method, headers, response }) => {
    if (method === 'GET') return void stream(response).write(': open\n\n');
    if (method === 'DELETE') return void response.writeHead(200).end();
    const { id, params = {} } = message ?? {};
    if (id === undefined) return void response.writeHead(202).end();
    const answer = (result: unknown, more: Readonly<Record<string, string>> = {}): void => json(response, { jsonrpc: '2.0', id, result }, more);
    switch (message?.method) {
      case 'initialize': {
        const result = { protocolVersion: params['protocolVersion'], capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } };
        return answer(result, { 'mcp-session-id': `session-${++opened}` });
      }
      case 'tools/list':
        return answer({ tools: ['echo', 'wait'].map((name) => ({ name, inputSchema: { type: 'object' } })) });
      case 'tools/call':
        if (params['name'] === 'wait') return void stream(response).write(': wait\n\n');
        return answer({ content: [{ type: 'text', text: JSON.stringify({ said: params['arguments'], authorization: headers['authorization'] ?? null }) }] });
      default:
        return answer({});
    }
  };
}
