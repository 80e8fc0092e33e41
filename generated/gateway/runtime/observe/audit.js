// mcpgen: One line for each tool call: who called what.
import {createHash} from 'node:crypto';
const MOST_OF_NAME = 128;
export function countMessage({ metrics }, server, era) {
	metrics.count('mcpgen_messages_total', { server, era });
}
export function auditCalls({ log }, { log: logged }, { server, caller, isRelayed }, { calls }) {
	if (!logged.audit) return;
	for (const { tool, argumentsJson } of calls) {
		const digest = createHash('sha256').update(argumentsJson).digest('hex').slice(0, 16);
		log('info', 'audit', { ...caller, server, tool: tool?.slice(0, MOST_OF_NAME) ?? null, arguments_digest: digest, ...(isRelayed && { relayed: true }) });
	}
}
