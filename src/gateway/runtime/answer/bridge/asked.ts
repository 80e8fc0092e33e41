/** What a modern client asks, as far as a legacy server can be asked for it. */
import { asObject, at, type Json } from '../../wire/json-rpc.js';
import { CAPABILITIES, CLIENT_INFO, LOG_LEVEL, VERSION } from '../../wire/meta-keys.js';
import type { Asker } from './modern-replies.js';

export interface Asked extends Asker {
  /** As the server will see them, but for the id and the token. */
  readonly params: Json;
  readonly meta: Json;
  /** Rank of the least log message that was asked for; -1 for none. */
  readonly level: number;
}

/** RFC 5424, as MCP orders them. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** -1 for what is no level. */
export const levelOf = (name: unknown): number => LEVELS.indexOf(name as string);

export function readAsked(message: unknown, method: string): Asked {
  // What the client brings to a call that asked for input is of no use to a server that starts again.
  const { _meta, inputResponses: _responses, requestState: _state, ...params } = asObject(at(message, 'params'));
  const { [VERSION]: _version, [CLIENT_INFO]: _info, [LOG_LEVEL]: level, [CAPABILITIES]: capabilities, ...meta } = asObject(_meta);
  return { id: at(message, 'id'), method, opensUrls: at(capabilities, 'elicitation', 'url') !== undefined, params, meta, level: levelOf(level) };
}
