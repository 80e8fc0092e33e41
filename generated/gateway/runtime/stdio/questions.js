// mcpgen: Requests of a child to its clients that have no reply yet.
import {frame} from '../wire/event-stream.js';
import {failureText} from '../wire/replies.js';
import {idText, withId, withParam} from './message.js';
import {tellClient} from './session.js';
export function openQuestions(write, nameFor) {
	const open = new Map();
	return {
		count: () => open.size, ask(session, message) {
			const {id} = message;
			const name = nameFor(id);
			open.set(name, {session, id, written: idText(message)});
			tellClient(session, frame(name === id ? message.text : withId(message, JSON.stringify(name))), true);
		},
		reply(session, message) {
			const question = open.get(message.id);
			if (question?.session !== session) return;
			open.delete(message.id);
			write(withId(message, question.written));
		},
		cancel(message) {
			for (const [name, {session, id}] of open) {
				if (id !== message.params['requestId']) continue;
				open.delete(name);
				tellClient(session, frame(withParam(message, ['requestId'], JSON.stringify(name))), true);
			}
		},
		leave(session) {
			for (const [name, question] of open) {
				if (question.session !== session) continue;
				open.delete(name);
				write(failureText(question.written, -32603, 'The client has gone'));
			}
		},
	};
}
