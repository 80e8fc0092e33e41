// mcpgen: A class and no literal: V8 learns of a literal in often used code whether its objects live long, as all of those do that wait for a server, and then makes the next ones in old memory at once.
export class OwnRequest {
	method;
	query;
	headers;
	written;
	signal;
	body;
	handedOn = undefined;
	vouched = undefined;
	constructor(method, query, headers, written, body, signal) {
		this.method = method;
		this.query = query;
		this.headers = headers;
		this.written = written;
		this.signal = signal;
		this.body = body;
	}
}
