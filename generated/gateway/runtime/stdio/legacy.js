// mcpgen: Children with sessions: Streamable HTTP of 2025-03-26 to 2025-11-25 in front of their processes.
import {addAbortSignal} from 'node:stream';
import {ownFailureText} from '../wire/replies.js';
import {idText, SUPPORTED, unsupported} from './message.js';
import {jsonResponse, respondOn, streamResponse, takesStream} from './response.js';
import {createSessions} from './sessions.js';
export function serveLegacy(options, signal) {
	const sessions = createSessions(options, signal);
	const answer = async (request, read) => {
		const {method, headers} = request;
		const [first] = read.messages;
		const refuse = (status, code, text, reason, data) => jsonResponse(status, ownFailureText(headers, first?.shape === 'request' ? idText(first) : null, code, text, reason, data));
		const requested = unsupported(headers['mcp-protocol-version'], read.messages);
		if (requested !== undefined) return refuse(400, -32022, 'Unsupported protocol version', 'revision-not-served', { supported: SUPPORTED, requested });
		if (first?.shape === 'request' && first.method === 'initialize' && !read.isBatch) return sessions.open(first, request);
		const id = headers['mcp-session-id'];
		if (id === undefined) return refuse(400, -32000, 'Mcp-Session-Id is required', 'session-missing');
		const session = sessions.use(id);
		if (!session) return refuse(404, -32001, 'Session not found', 'session-unknown');
		if (method === 'POST') return post(request, session, read);
		if (method === 'DELETE') {
			sessions.end(session);
			return jsonResponse(200);
		}
		const {standalone} = session;
		if (standalone.shown) return refuse(409, -32000, 'The session has a stream already', 'stream-taken');
		standalone.shown = true;
		return streamResponse(addAbortSignal(request.signal, standalone));
	};
	return {links: sessions.links, answer, close: sessions.close};
}
async function post(request, session, {isBatch, messages}) {
	const {link} = await session.running();
	const requests = messages.filter(({shape}) => shape === 'request').length;
	link.check(session.holder, requests);
	const stream = session.openPost(requests > 0 && takesStream(request));
	const {response, onReply} = respondOn(addAbortSignal(request.signal, stream), request, requests, isBatch);
	if (requests === 0) onReply(null);
	for (const message of messages) {
		if (message.shape === 'request') link.ask(message, onReply, session, stream);
		else link.tell(session, message);
	}
	return response;
}
