/**
 * Requests, each with the status and the code of its answer. The modern era has those of the specification (MCP 2026-07-28, "Standard headers" and "Error
 * codes"), and the legacy era those of the SDK's transport.
 */
import { CAPABILITIES, initialize, modern, modernHeaders, request, VERSION, type Params } from '../support/gateway-messages.js';
import type { AskOptions } from '../support/http.js';

const ENVELOPE = { [VERSION]: '2026-07-28', [CAPABILITIES]: {} };

type Headers = Readonly<Record<string, string | readonly string[] | null>>;
export const call = (name: string, more: Params = {}) => request('tools/call', { name, arguments: {}, _meta: ENVELOPE, ...more });
export const post = (message: unknown, headers: Headers = {}): AskOptions => ({ path: '/mcp', message, headers });
/** A modern message, and the headers that repeat its values. */
export const sent = (message: { readonly method: string; readonly params?: Params }, headers: Headers = {}): AskOptions => {
  const { name, uri } = message.params ?? {};
  const named = name ?? uri;
  return post(message, { ...modernHeaders(message.method, typeof named === 'string' ? named : undefined), ...headers });
};
const meta = (_meta: Params, method = 'server/discover') => request(method, { _meta });
const FUTURE = { [VERSION]: '2030-01-01', [CAPABILITIES]: {} };
const REGION = call('test_header_param', { arguments: { region: 'eu', count: 7 } });
const PARAMS = { 'mcp-param-region': 'eu', 'mcp-param-count': '7' };
/** A call that the fixture answers with a question and a `requestState`. */
export const STATE = call('test_input_required_result_request_state', { _meta: { ...ENVELOPE, [CAPABILITIES]: { elicitation: {} } } });

export interface Row {
  readonly ask: AskOptions;
  readonly status: number;
  /** The code of the error in the body. */
  readonly code?: number;
  /** A part of the body. */
  readonly shows?: string;
  /** The status and code through the gateway, if the gateway refuses with others that no specification pins. */
  readonly through?: { readonly status?: number; readonly code: number };
}

export const MODERN: Readonly<Record<string, Row>> = {
  'discovery': { ask: sent(modern('server/discover')), status: 200 },
  'a list': { ask: sent(modern('tools/list', {}, 'a string id')), status: 200 },
  'a call': { ask: sent(call('test_simple_text')), status: 200 },
  'an id of zero': { ask: sent(modern('prompts/list', {}, 0)), status: 200 },
  'a call with progress': { ask: sent(call('test_tool_with_progress', { _meta: { ...ENVELOPE, progressToken: 'p' } })), status: 200, shows: '"progress":50' },
  'a call that logs': {
    ask: sent(call('test_logging_tool', { _meta: { ...ENVELOPE, 'io.modelcontextprotocol/logLevel': 'debug' } })),
    status: 200,
    shows: 'notifications/message',
  },
  'a prompt': { ask: sent(modern('prompts/get', { name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'é' } })), status: 200 },
  'a resource': { ask: sent(modern('resources/read', { uri: 'test://template/42/data' })), status: 200 },
  'a question': { ask: sent(STATE), status: 200, shows: '"input_required"' },
  'a session id from another era': { ask: sent(modern('tools/list'), { 'mcp-session-id': 'left-over' }), status: 200 },
  'JSON alone accepted': { ask: sent(modern('tools/list'), { accept: 'application/json' }), status: 200 },
  'a name in Base64': { ask: sent(call('test_simple_text'), { 'mcp-name': `=?base64?${btoa('test_simple_text')}?=` }), status: 200 },
  'space around header values': { ask: sent(call('test_simple_text'), { 'mcp-name': '  test_simple_text\t' }), status: 200 },
  'arguments repeated in headers': { ask: sent(REGION, PARAMS), status: 200 },
  'an argument in Base64': { ask: sent(REGION, { ...PARAMS, 'mcp-param-region': `=?base64?${btoa('eu')}?=` }), status: 200 },
  'a number written otherwise': { ask: sent(REGION, { ...PARAMS, 'mcp-param-count': '7.0' }), status: 200 },
  'a header that no tool asks for': { ask: sent(REGION, { ...PARAMS, 'mcp-param-tenant_id': 'x' }), status: 200 },
  'a notification': {
    ask: post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta: ENVELOPE } }, modernHeaders('notifications/cancelled')),
    status: 202,
  },

  'no _meta': { ask: post(request('server/discover', {}, 'kept'), modernHeaders('server/discover')), status: 400, code: -32602 },
  'no version': { ask: sent(meta({ [CAPABILITIES]: {} })), status: 400, code: -32602 },
  'no capabilities': { ask: sent(meta({ [VERSION]: '2026-07-28' })), status: 400, code: -32602 },
  'capabilities that are a list': { ask: sent(meta({ ...ENVELOPE, [CAPABILITIES]: [] })), status: 400, code: -32602 },
  'a version that is a number': { ask: sent(meta({ ...ENVELOPE, [VERSION]: 20260728 })), status: 400, code: -32602 },
  'no version header': { ask: sent(modern('tools/list'), { 'mcp-protocol-version': null }), status: 400, code: -32020 },
  'another version in the header': { ask: sent(modern('tools/list'), { 'mcp-protocol-version': '2025-11-25' }), status: 400, code: -32020 },
  'no method header': { ask: sent(modern('tools/list'), { 'mcp-method': null }), status: 400, code: -32020 },
  'another method in the header': { ask: sent(modern('tools/list'), { 'mcp-method': 'prompts/list' }), status: 400, code: -32020 },
  'the method in another case': { ask: sent(modern('tools/list'), { 'mcp-method': 'TOOLS/LIST' }), status: 400, code: -32020 },
  'the method header twice': { ask: sent(modern('tools/list'), { 'mcp-method': ['tools/list', 'tools/list'] }), status: 400, code: -32020 },
  'no name header': { ask: sent(call('test_simple_text'), { 'mcp-name': null }), status: 400, code: -32020 },
  'another name in the header': { ask: sent(call('test_simple_text'), { 'mcp-name': 'test_image_content' }), status: 400, code: -32020 },
  'a name in broken Base64': { ask: sent(call('test_simple_text'), { 'mcp-name': '=?base64?dGVzdA?=' }), status: 400, code: -32020 },
  'another resource in the header': {
    ask: sent(modern('resources/read', { uri: 'test://static-text' }), { 'mcp-name': 'test://static-binary' }),
    status: 400,
    code: -32020,
  },
  'a version that is not served': { ask: sent(meta(FUTURE), { 'mcp-protocol-version': '2030-01-01' }), status: 400, code: -32022 },
  'a version that is no date': { ask: sent(meta({ ...FUTURE, [VERSION]: 'v999.0.0' }), { 'mcp-protocol-version': 'v999.0.0' }), status: 400, code: -32022 },
  'a capability that was not declared': { ask: sent(call('test_missing_capability')), status: 400, code: -32021 },
  'no parameter header': { ask: sent(REGION, { 'mcp-param-count': '7' }), status: 400, code: -32020 },
  'another value in a parameter header': { ask: sent(REGION, { ...PARAMS, 'mcp-param-region': 'us' }), status: 400, code: -32020 },
  'a parameter header without its argument': { ask: sent(REGION, { ...PARAMS, 'mcp-param-dry-run': 'true' }), status: 400, code: -32020 },
  'a parameter header in broken Base64': { ask: sent(REGION, { ...PARAMS, 'mcp-param-region': '=?base64?ZXU?=' }), status: 400, code: -32020 },
  'a method that nobody knows': { ask: sent(modern('unknown/method')), status: 404, code: -32601 },
  'a method of the legacy era': { ask: sent(modern('logging/setLevel', { level: 'info' })), status: 404, code: -32601 },
  'initialize': { ask: sent(modern('initialize')), status: 404, code: -32601 },
  'a tool that nobody knows': { ask: sent(call('nothing')), status: 200, code: -32602 },
  'a resource that nobody knows': { ask: sent(modern('resources/read', { uri: 'test://nothing' })), status: 200, code: -32602 },
  'a tool that fails': { ask: sent(call('test_error_handling')), status: 200, shows: '"isError":true' },
  'a state that was not issued': { ask: sent({ ...STATE, params: { ...STATE.params, requestState: 'a.b' } }), status: 200, code: -32602 },

  'the envelope before the headers': { ask: sent(meta({ [VERSION]: '2026-07-28' }), { 'mcp-method': 'tools/list' }), status: 400, code: -32602 },
  'a mismatch before the version': { ask: sent(meta(FUTURE)), status: 400, code: -32020 },
  'the version before what is missing': { ask: sent(meta(FUTURE), { 'mcp-protocol-version': '2030-01-01', 'mcp-method': null }), status: 400, code: -32022 },
  'the name before the capability': { ask: sent(call('test_missing_capability'), { 'mcp-name': 'other' }), status: 400, code: -32020 },

  'a modern header without a claim': { ask: post(request('tools/list'), modernHeaders('tools/list')), status: 400, code: -32602 },
  'initialize under a modern header': { ask: post(initialize, { 'mcp-protocol-version': '2026-07-28' }), status: 400, code: -32020 },
  'a modern message in a batch': { ask: post([modern('tools/list')], modernHeaders('tools/list')), status: 400, code: -32600 },
  'GET': { ask: { path: '/mcp', headers: { accept: 'text/event-stream', 'mcp-protocol-version': '2026-07-28' } }, status: 405, code: -32600 },
  'DELETE': { ask: { path: '/mcp', method: 'DELETE', headers: { 'mcp-protocol-version': '2026-07-28' } }, status: 405, code: -32600 },
};

/** Requests of one session. They are sent in this order, because event ids count the streams of the session. */
export const LEGACY: Readonly<Record<string, Row>> = {
  'the initialized notification': { ask: post({ jsonrpc: '2.0', method: 'notifications/initialized' }), status: 202 },
  'ping': { ask: post(request('ping', undefined, 'p')), status: 200 },
  'a list': { ask: post(request('tools/list')), status: 200 },
  'a call': { ask: post(request('tools/call', { name: 'test_multiple_content_types', arguments: {} })), status: 200 },
  'a call that logs': { ask: post(request('tools/call', { name: 'test_tool_with_logging', arguments: {} })), status: 200, shows: 'notifications/message' },
  'a call with progress': {
    ask: post(request('tools/call', { name: 'test_tool_with_progress', _meta: { progressToken: 5 } }, 'id')),
    status: 200,
    shows: '"progress":50',
  },
  'a prompt': { ask: post(request('prompts/get', { name: 'test_prompt_with_image' })), status: 200 },
  'a stream that ends before the answer': {
    ask: post(request('tools/call', { name: 'test_reconnection', arguments: {} }, 77)),
    status: 200,
    shows: 'retry: 100',
  },
  'a method that nobody knows': { ask: post(request('unknown/method')), status: 200, code: -32601 },
  'a method of the modern era': { ask: post(request('server/discover')), status: 200, code: -32601 },
  'a resource that nobody knows': { ask: post(request('resources/read', { uri: 'test://nothing' })), status: 200, code: -32002 },
  'a response that nobody waits for': { ask: post({ jsonrpc: '2.0', id: 'gone', result: {} }), status: 202 },
  'no version header': { ask: post(request('ping'), { 'mcp-protocol-version': null }), status: 200 },
  'a batch': {
    ask: post([request('ping', undefined, 1), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } }, request('ping', undefined, 2)]),
    status: 200,
  },
  'events from one that never was': { ask: { path: '/mcp', headers: { accept: 'text/event-stream', 'last-event-id': '1000.0' } }, status: 400, code: -32000 },
  'an answer that is not accepted': { ask: post(request('ping'), { accept: 'application/json' }), status: 406, code: -32000 },
  'a stream that is not accepted': { ask: { path: '/mcp', headers: { accept: 'application/json' } }, status: 406, code: -32000 },
  'a version that nobody knows': { ask: post(request('ping'), { 'mcp-protocol-version': '1999-01-01' }), status: 400, code: -32000, through: { code: -32022 } },
  'no session': { ask: post(request('ping'), { 'mcp-session-id': null }), status: 400, code: -32000 },
  'a session that nobody opened': { ask: post(request('ping'), { 'mcp-session-id': 'x'.repeat(64) }), status: 404, code: -32001, through: { code: 404 } },
  'the end of the session': { ask: { path: '/mcp', method: 'DELETE' }, status: 200 },
  // The gateway itself remembers what has ended.
  'a session that has ended': { ask: post(request('ping')), status: 404, code: -32001, through: { code: 404 } },
};

export const NEITHER: Readonly<Record<string, Row>> = {
  'no JSON': {
    ask: { path: '/mcp', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': '9' }, body: '{"method"' },
    status: 400,
    code: -32700,
  },
  'an empty batch': { ask: post([]), status: 400, code: -32600 },
  'no message': { ask: post({ jsonrpc: '2.0', id: 'kept', params: {} }), status: 400, code: -32600 },
  'no JSON-RPC': { ask: post({ id: 3, method: 'ping' }), status: 400, code: -32600 },
  'an id that is null': { ask: post({ jsonrpc: '2.0', id: null, method: 'ping' }), status: 400, code: -32600 },
  'a string': { ask: post('ping'), status: 400, code: -32600 },
  'another type': { ask: post(request('ping'), { 'content-type': 'text/plain' }), status: 415, code: -32000, through: { code: 415 } },
  'another path': { ask: { ...post(request('ping')), path: '/elsewhere' }, status: 404, code: -32000, through: { code: 404 } },
  'a name that was bent to this machine': {
    ask: post(initialize, { host: 'evil.example.com' }),
    status: 403,
    code: -32000,
    through: { status: 421, code: 421 },
  },
  'a page from elsewhere': { ask: post(initialize, { origin: 'http://evil.example.com' }), status: 403, code: -32000, through: { code: 403 } },
};
