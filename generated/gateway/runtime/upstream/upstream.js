// A module of mcpgen's gateway. Do not edit.
export class UpstreamFault extends Error {
	stage;
	constructor(stage, cause) {
		super(`upstream ${stage}`, { cause });
		this.stage = stage;
	}
}
