/**
 * What became of a request at an instance. `abandoned` says nothing about the instance: the client left, or all places there were taken. `erred` is a 500 of
 * the server's own: the instance is there and answers, and which call makes it err is its caller's choice.
 */
export type Outcome = 'answered' | 'erred' | 'failed' | 'unreachable' | 'abandoned';
