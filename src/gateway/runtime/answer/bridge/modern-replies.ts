/** Replies of legacy servers in the form of 2026-07-28 (MCP, Base protocol § Results; § Error codes). */
import { asObject, at, type Json } from '../../wire/json-rpc.js';
import { membersOf, objectText, setMember, type Members } from '../../wire/json-members.js';
import { elementTexts, memberText, spaceEnd, valueEnd } from '../../wire/json-text.js';
import { SERVER_INFO } from '../../wire/meta-keys.js';
import { replyText } from '../../wire/replies.js';

const CACHEABLE = /\/list$|^resources\/read$/;
/** Methods whose answer may ask for more input. */
const MAY_ASK = ['tools/call', 'prompts/get', 'resources/read'];
/** Error codes that modern clients do not know, and those in their place: resource not found, and URL elicitation required. */
const CODES: ReadonlyMap<unknown, number> = new Map([[-32002, -32602], [-32042, -32603]]);
/** Nothing a legacy server says may be cached, since it does not say for how long. */
export const UNCACHED = { ttlMs: 0, cacheScope: 'private' };

/** Whom a reply is for. */
export interface Asker {
  /** As the client wrote it. */
  readonly id: string | null;
  readonly method: string;
  /** Whether it declared that it can send its user to a URL. */
  readonly opensUrls: boolean;
}

/** The text of a result that has these members. */
export function complete(result: Members, serverInfo: unknown, resultType = 'complete'): string {
  const meta = membersOf(result.get('_meta'));
  setMember(meta, SERVER_INFO, serverInfo);
  result.delete('_meta');
  setMember(result, 'resultType', resultType);
  result.set('_meta', objectText(meta));
  return objectText(result);
}

/** Status and text of the reply, of which `text` is what the server wrote. */
export function modernReply({ id, method, opensUrls }: Asker, { error }: Json, text: string, serverInfo: unknown): [number, string] {
  if (error) {
    const { code, data } = asObject(error);
    if (code === -32042 && opensUrls && MAY_ASK.includes(method) && Array.isArray(at(data, 'elicitations'))) {
      const elicitations = elementTexts(memberText(text, ['error', 'data', 'elicitations']) ?? '') ?? [];
      const asked = elicitations.map((params, index) => [`url-${index + 1}`, `{"method":"elicitation/create","params":${params}}`] as const);
      return [200, replyText(id, 'result', complete(new Map([['inputRequests', objectText(new Map(asked))]]), serverInfo, 'input_required'))];
    }
    const said = membersOf(memberText(text, ['error']));
    const known = new Map(['code', 'message', 'data'].flatMap((name) => (said.has(name) ? [[name, said.get(name) as string] as const] : [])));
    if (CODES.has(code) || code === undefined || code === null) setMember(known, 'code', CODES.get(code) ?? -32603);
    return [code === -32601 ? 404 : 200, replyText(id, 'error', objectText(known))];
  }
  const written = memberText(text, ['result']) ?? '{}';
  const own = membersOf(method === 'tools/list' ? withoutHeaders(written) : written);
  if (CACHEABLE.test(method)) for (const [name, value] of Object.entries(UNCACHED)) setMember(own, name, value);
  return [200, replyText(id, 'result', complete(own, serverInfo))];
}

const ANNOTATION = 'x-mcp-header';

/**
 * Without annotations by which clients would repeat arguments in headers, which the gateway would have to compare. A property of that name is no
 * annotation.
 */
function withoutHeaders(text: string): string {
  let out = '';
  let kept = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const end = valueEnd(text, at);
    const colon = spaceEnd(text, end);
    const value = spaceEnd(text, colon + 1);
    const isMeant = text[colon] === ':' && text[value] === '"' && (JSON.parse(text.slice(at, end)) as string) === ANNOTATION;
    if (isMeant) {
      const after = spaceEnd(text, valueEnd(text, value));
      const before = text.slice(kept, at).trimEnd();
      // One comma goes with it: the one behind, or where it is the last the one before.
      out += text[after] !== ',' && before.endsWith(',') ? before.slice(0, -1) : before;
      at = kept = text[after] === ',' ? after + 1 : after;
    } else at = end;
  }
  return out + text.slice(kept);
}
