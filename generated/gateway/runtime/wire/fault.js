// mcpgen: Faults on the way to a server and back, told apart by how far the request had come.
export class UpstreamFault extends Error {
	stage;
	retryAfter;
	constructor(stage, cause, retryAfter) {
		super(`upstream ${stage}`, { cause });
		this.stage = stage;
		this.retryAfter = retryAfter;
	}
}
