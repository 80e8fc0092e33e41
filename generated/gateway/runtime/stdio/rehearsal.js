// mcpgen: One start of a child that is for nobody: whether its command runs and answers, before a caller waits for it.
import {MODERN} from '../decision/revision.js';
import {messageText} from '../wire/json-rpc.js';
import {CAPABILITIES, CLIENT_INFO, VERSION} from '../wire/meta-keys.js';
import {readMessages} from './message.js';
const OWN_INFO = {name: 'mcpgen-host', version: '1' };
const INITIALIZE = {id: 'mcpgen', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: OWN_INFO } };
const DISCOVER = {id: 'mcpgen', method: 'server/discover', params: { _meta: { [VERSION]: MODERN, [CAPABILITIES]: {}, [CLIENT_INFO]: OWN_INFO } } };
export async function rehearse({launch}, isModern, within) {
	const read = readMessages(messageText(isModern ? DISCOVER : INITIALIZE));
	const [message] = typeof read === 'number' ? [] : read.messages;
	let exited = () => {};
	const exit = new Promise((resolve) => void (exited = resolve));
	const link = launch(() => [], () => exited());
	const isAnswered = await new Promise((resolve) => {
		const timer = setTimeout(link.kill, within, `no answer to ${message?.method} within timeouts.firstByte (${within / 1000} s)`).unref();
		if (message)
			link.ask(message, (_text, lost) => {
				clearTimeout(timer);
				resolve(!lost);
			});
	});
	link.end();
	await exit;
	return isAnswered;
}
