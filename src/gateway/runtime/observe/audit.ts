/** One line for each tool call: who called what, and a digest that shows whether two calls were alike without showing either. */
import { createHash } from 'node:crypto';
import type { Message } from '../decision/message.js';
import type { Era } from '../decision/revision.js';
import type { Log } from '../process/log.js';
import type { Metrics } from '../process/metrics.js';
import type { GatewayTables } from '../tables/gateway.js';

export interface Caller {
  readonly request_id: string;
  readonly correlation_id: string;
  readonly tenant: string | null;
  readonly client: string | null;
}

export interface AuditedMessage extends Caller {
  readonly message: Message;
  readonly era: Era;
  readonly server: string;
}

/** Characters of a tool's name that a log line repeats. */
const MOST_OF_NAME = 128;

export function audit(
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
  { limits, log: logged }: GatewayTables,
  { message, era, server, ...caller }: AuditedMessage,
): void {
  metrics.count('mcpgen_messages_total', { server, era });
  for (const { tool, argumentsJson } of message.calls) {
    metrics.count('mcpgen_tool_calls_total', { server, tool: metrics.toolLabel(server, tool ?? '', limits.toolNames) });
    if (!logged.audit) continue;
    const digest = createHash('sha256').update(argumentsJson).digest('hex').slice(0, 16);
    log('info', 'audit', { ...caller, server, tool: tool?.slice(0, MOST_OF_NAME) ?? null, arguments_digest: digest });
  }
}
