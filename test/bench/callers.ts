/** The 1,000 clients of a gateway with full policy, and how the requests of each differ from those of the others. */
export interface Caller {
  readonly client: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Clients of MCP as a proxy hop in front of the gateway sees them. */
const AGENTS = ['claude-code', 'cursor', 'vscode-mcp', 'python-httpx', 'node', 'okhttp', 'Go-http-client', 'mcp-inspector'];

export const CALLERS: readonly Caller[] = Array.from({ length: 1000 }, (_, i) => {
  const secret = `KEY_OF_CLIENT_${i}`;
  return {
    client: `client-${i}`,
    secret,
    headers: {
      authorization: `Bearer ${secretValue(secret)}`,
      'user-agent': `${AGENTS[i % AGENTS.length]}/1.${i % 37}.${i % 11}`,
      'x-forwarded-for': `198.18.${i >> 8}.${i & 255}`,
      'x-correlation-id': `bench-${i.toString(36).padStart(6, '0')}`,
    },
  };
});

/** What the environment of a gateway says for the secret of this name. */
export function secretValue(name: string): string {
  return `value-of-${name}-which-is-long-enough`;
}
