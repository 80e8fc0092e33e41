import { painter } from '../policy/render/paint.js';
import type { GatewayEvent } from './gateway-process.js';

/** What a `dev` run prints: notes, lines of its processes, and one line for each request. */
export interface RunLog {
  readonly note: (text: string) => void;
  readonly line: (who: string, text: string) => void;
  readonly event: (event: GatewayEvent) => void;
}

export function runLog(out: (text: string) => void, colour: boolean): RunLog {
  const paint = painter(colour);
  const line = (who: string, text: string): void => out(`${paint('dim', who.padEnd(10))} ${text}\n`);
  return {
    note: (text) => out(`${text}\n`),
    line,
    event: (event) => {
      const said = childLine(event);
      if (said !== null) return line(...said);
      const text = requestLine(event) ?? warning(event);
      if (text !== null) line('gateway', event.level === 'info' ? text : paint('yellow', text));
    },
  };
}

/** What a child of the gateway wrote to stderr, or to stdout without its being a message. */
function childLine({ event, server, text }: GatewayEvent): readonly [who: string, text: string] | null {
  return event === 'child-output' ? [typeof server === 'string' ? server : 'child', String(text)] : null;
}

function requestLine({ event, method, server, rpc, tool, status, reason, duration_ms, tenant }: GatewayEvent): string | null {
  if (event !== 'request' || status === undefined) return null;
  const what = [method, server ?? '-', rpc, tool].filter((part) => part !== null && part !== undefined && part !== '').join(' ');
  return `${status} ${what}${tenant ? ` as ${tenant}` : ''}${reason ? ` (${reason})` : ''} ${duration_ms} ms`;
}

function warning({ event, level, timestamp: _at, service: _service, ...fields }: GatewayEvent): string | null {
  if (level === 'debug' || level === 'info') return null;
  return `${event} ${Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`).join(' ')}`.trim();
}
