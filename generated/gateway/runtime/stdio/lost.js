// mcpgen: Calls that a child left without a reply: what their clients are told, and what the log says of them.
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {ownFailureText} from '../wire/replies.js';
export function exited(id) {
	const fault = new UpstreamFault('sent', new CodedError('CHILD_EXITED', 'the child exited before it answered: see child-exited'));
	return {id, status: 502, code: -32603, message: 'The server exited', reason: 'upstream-lost', fault };
}
export function tooLong(id, limit) {
	const why = `longer than limits.line (${limit} bytes)`;
	const fault = new UpstreamFault('answered', new CodedError('ANSWER_TOO_LONG', `its answer is ${why}`));
	return {id, status: 502, code: -32603, message: `The answer is ${why}`, reason: 'answer-too-long', fault };
}
export function unanswered(id, why) {
	return {id, status: 504, code: -32001, message: why, reason: 'upstream-timeout', fault: late(why) };
}
export function silent(id, why) {
	return {id, status: 504, code: -32603, message: `The server was ended: ${why}`, reason: 'upstream-timeout', fault: late(why) };
}
const late = (why) => new UpstreamFault('timeout', new CodedError('NO_ANSWER', why));
export const lostText = (headers, {id, code, message, reason}) => ownFailureText(headers, id, code, message, reason);
