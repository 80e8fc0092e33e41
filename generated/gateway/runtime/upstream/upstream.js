// mcpgen: do not edit.
export class UpstreamFault extends Error {
	stage;
	constructor(stage, cause) {
		super(`upstream ${stage}`, { cause });
		this.stage = stage;
	}
}
