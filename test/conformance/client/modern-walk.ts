/** A client of 2026-07-28 that asks a server for everything it has. */
import { CAPABILITIES, VERSION } from '../fixture/envelope.js';
import { CODES, isObject, objectOr, type Json } from '../fixture/message.js';
import { MODERN } from '../fixture/server-info.js';
import { headersOf, mirrored } from './headers.js';
import { sampleOf } from './sample.js';

const META = {
  [VERSION]: MODERN,
  [CAPABILITIES]: { elicitation: {} },
  'io.modelcontextprotocol/clientInfo': { name: 'mcpgen-conformance-client', version: '1.0.0' },
};

export interface ToolCall {
  readonly name: string;
  readonly arguments: Json;
}

/** @param calls the arguments of some tools by name; every other tool gets a sample of the arguments that it requires */
export async function walkModern(url: string, calls: readonly ToolCall[]): Promise<void> {
  let id = 0;
  async function ask(method: string, params: Json = {}, inputSchema?: unknown): Promise<Json> {
    const send = async (): Promise<Json> => {
      const message = { jsonrpc: '2.0', id: ++id, method, params: { ...params, _meta: META } };
      return readMessage(await fetch(url, { method: 'POST', headers: headersOf(method, params, inputSchema), body: JSON.stringify(message) }));
    };
    let { result, error } = await send();
    // A server may refuse a revision that it named before. The request is sent once more if the server names the revision that this client speaks.
    const { code, data } = objectOr(error);
    const supported = objectOr(data)['supported'];
    if (code === CODES.unsupportedVersion && Array.isArray(supported) && supported.includes(MODERN)) ({ result } = await send());
    const { resultType, inputRequests, requestState } = objectOr(result);
    if (resultType !== 'input_required') return objectOr(result);
    const inputResponses = Object.fromEntries(Object.entries(objectOr(inputRequests)).map(([key, request]) => [key, accept(objectOr(request))]));
    return ask(method, { ...params, inputResponses, ...(requestState === undefined ? {} : { requestState }) }, inputSchema);
  }

  const capabilities = objectOr((await ask('server/discover'))['capabilities']);
  for (const tool of capabilities['tools'] ? things(await ask('tools/list'), 'tools') : []) {
    if (mirrored(tool['inputSchema']) === null) continue;
    const given = calls.find(({ name }) => name === tool['name'])?.arguments;
    await ask('tools/call', { name: tool['name'], arguments: given ?? sampleOf(tool['inputSchema']) }, tool['inputSchema']);
  }
  for (const { uri } of capabilities['resources'] ? things(await ask('resources/list'), 'resources') : []) await ask('resources/read', { uri });
  for (const { name } of capabilities['prompts'] ? things(await ask('prompts/list'), 'prompts') : []) await ask('prompts/get', { name });
}

const things = (result: Json, key: string): readonly Json[] => (Array.isArray(result[key]) ? result[key].filter(isObject) : []);

function accept({ method, params }: Json): Json {
  if (method !== 'elicitation/create') throw new Error(`asked for ${String(method)}, which was not offered`);
  return { action: 'accept', content: sampleOf(objectOr(params)['requestedSchema'], 'all') };
}

/** The message of a JSON answer, or the last message of a stream. */
async function readMessage(response: Response): Promise<Json> {
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  const json = isStream ? text.split('\n').filter((line) => line.startsWith('data: ')).at(-1)?.slice(6) : text;
  return objectOr(JSON.parse(json ?? '{}'));
}
