/** One start of a child that is for nobody: whether its command runs and answers, before a caller waits for it. */
import { MODERN } from '../decision/revision.js';
import { messageText } from '../wire/json-rpc.js';
import { CAPABILITIES, CLIENT_INFO, VERSION } from '../wire/meta-keys.js';
import type { Links } from './link.js';
import { readMessages } from './message.js';

const OWN_INFO = { name: 'mcpgen-host', version: '1' };
const INITIALIZE = { id: 'mcpgen', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: OWN_INFO } };
const DISCOVER = { id: 'mcpgen', method: 'server/discover', params: { _meta: { [VERSION]: MODERN, [CAPABILITIES]: {}, [CLIENT_INFO]: OWN_INFO } } };

/** Rejects with an `UpstreamFault` where it cannot be started. @returns whether it answered, whatever it said; it has ended by then */
export async function rehearse({ launch }: Links, isModern: boolean, within: number): Promise<boolean> {
  const read = readMessages(messageText(isModern ? DISCOVER : INITIALIZE));
  const [message] = typeof read === 'number' ? [] : read.messages;
  let exited = (): void => {};
  const exit = new Promise<void>((resolve) => void (exited = resolve));
  const link = launch(() => [], () => exited());
  const isAnswered = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(link.kill, within, `no answer to ${message?.method} within timeouts.firstByte (${within / 1000} s)`).unref();
    if (message) link.ask(message, (_text, lost) => {
      clearTimeout(timer);
      resolve(!lost);
    });
  });
  link.end();
  await exit;
  return isAnswered;
}
