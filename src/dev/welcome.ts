/** What a run of `dev` says once it is up: addresses, and the secrets that it made up, which nobody could know otherwise. */
import type { Plan } from '../plan/types.js';
import { clientConfig } from './client-config.js';
import type { DevSecrets } from './secrets.js';

export interface WelcomeOptions {
  readonly port: number;
  /** Null where the config has no admin listener. */
  readonly adminPort: number | null;
  /** Ports that are others than the config says, and why. */
  readonly moved: readonly string[];
}

export function welcome(plan: Plan, { port, adminPort, moved }: WelcomeOptions, secrets: DevSecrets, invented: readonly string[]): readonly string[] {
  const base = `http://127.0.0.1:${port}`;
  const addresses = [
    ...plan.traffic.routes.filter(({ kind }) => kind === 'mcp' || kind === 'sse').map(({ server, path }) => [server, `${base}${path}`] as const),
    ['health', `${base}/health/servers`] as const,
    ...(adminPort === null ? [] : [['admin', `http://127.0.0.1:${adminPort}/metrics`] as const]),
  ];
  return [
    `\n${plan.name} is running on ${base}\n`,
    ...moved,
    ...columns(addresses),
    ...madeUp(plan, secrets, invented),
    `\nFor an MCP client (.mcp.json):\n${JSON.stringify(clientConfig(plan, base, (name) => secrets.printable(name)), null, 2)}\n`,
    'Rebuilds on change; Ctrl-C stops everything.\n',
  ];
}

/**
 * Secrets that were made up, with their values and who uses them. Those that came from the environment are named and not shown; so are those that no person
 * sends, such as the keys that sessions are sealed with.
 */
export function madeUp({ traffic: { clients, admin } }: Plan, secrets: DevSecrets, invented: readonly string[]): readonly string[] {
  if (invented.length === 0) return [];
  const uses = [
    ...clients.flatMap(({ name, keys }) => keys.map((key) => [`key of client ${name}`, key] as const)),
    ...(['readToken', 'writeToken'] as const).flatMap((token) => (admin?.[token] ? [[`admin ${token}`, admin[token]] as const] : [])),
  ].filter(([, secret]) => invented.includes(secret));
  const sent = new Set(uses.map(([, secret]) => secret));
  const others = invented.filter((name) => !sent.has(name));
  return [
    `\nmade up for this run, since the environment has no ${invented.join(', ')}:`,
    ...columns(uses.map(([use, secret]) => [use, secrets.printable(secret)] as const)),
    ...(others.length > 0 ? [`  not shown, for no client sends ${others.length === 1 ? 'it' : 'them'}: ${others.join(', ')}`] : []),
    '  To use your own, set the variable before you start mcpgen dev.',
  ];
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
