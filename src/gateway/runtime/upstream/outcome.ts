/** What became of a request at an instance. `abandoned` says nothing about the instance: the client left, or all places there were taken. */
export type Outcome = 'answered' | 'failed' | 'unreachable' | 'abandoned';
