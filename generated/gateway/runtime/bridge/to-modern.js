// mcpgen: do not edit.
/** A legacy client's requests, for a server that knows no sessions. */
export {};
