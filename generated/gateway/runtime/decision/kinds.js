// mcpgen
const NO_ROWS = new Set();
export const KINDS = {
	mcp: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'of-message',
		session: { carrier: 'header', isRequired: false, openedBy: 'initialize', transport: 'mcp', livesIn: 'id' },
		answeredBy: 'server', ownAnswer: null,
	},
	sse: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'legacy',
		session: { carrier: 'header', isRequired: false, openedBy: 'any-request', transport: 'message', livesIn: 'connection' },
		answeredBy: 'sse', ownAnswer: null,
	},
	message: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'legacy',
		session: { carrier: 'query', isRequired: true, openedBy: 'nothing', transport: 'message', livesIn: 'connection' },
		answeredBy: 'sse', ownAnswer: null,
	},
	health: {
		omits: new Set(['grant']), omitsInLocal: new Set(['credentials', 'tenant', 'quota']), era: 'legacy',
		session: { carrier: 'none', isRequired: false, openedBy: 'nothing', transport: 'mcp', livesIn: 'id' },
		answeredBy: 'gateway', ownAnswer: 'servers',
	},
};
