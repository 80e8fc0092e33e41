/** One line for each tool call: who called what. A digest shows whether two calls were alike without showing either. */
import { createHash } from 'node:crypto';
import type { Message } from '../decision/message.js';
import type { Era } from '../decision/revision.js';
import type { Log } from '../process/log.js';
import type { Metrics } from '../process/metrics.js';
import type { GatewayTables } from '../tables/gateway.js';

/** Whose request it is, as every line says it. */
export interface Caller {
  readonly request_id: string;
  readonly correlation_id: string;
  readonly tenant: string | null;
  readonly client: string | null;
}

export interface Auditing {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Characters of a tool's name that a log line repeats. */
const MOST_OF_NAME = 128;

/** Counts a message that is passed on. */
export function countMessage({ metrics }: Auditing, server: string, era: Era): void {
  metrics.count('mcpgen_messages_total', { server, era });
}

interface Audited {
  readonly server: string;
  readonly caller: Caller;
  /** Another replica has judged and counted the calls, and this one carries them out on its word. */
  readonly isRelayed: boolean;
}

export function auditCalls(
  { log }: Auditing,
  { log: logged }: GatewayTables,
  { server, caller, isRelayed }: Audited,
  { calls }: Message,
): void {
  if (!logged.audit) return;
  for (const { tool, argumentsJson } of calls) {
    const digest = createHash('sha256').update(argumentsJson).digest('hex').slice(0, 16);
    log('info', 'audit', { ...caller, server, tool: tool?.slice(0, MOST_OF_NAME) ?? null, arguments_digest: digest, ...(isRelayed && { relayed: true }) });
  }
}
