// mcpgen: do not edit.
/** The signal of requests that nobody can take back: one for all of them, to which nobody needs to listen. */
export const NEVER = new AbortController().signal;
export class UpstreamFault extends Error {
	stage;
	constructor(stage, cause) {
		super(`upstream ${stage}`, { cause });
		this.stage = stage;
	}
}
