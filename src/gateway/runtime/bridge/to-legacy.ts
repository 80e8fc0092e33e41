/** A modern client's requests, for a server that knows `initialize` alone. */
export {};
