/** Settings of strategies, and of the instances they choose from, that could have no effect: whoever wrote them expects something else than would happen. */
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { isBalance, type Balance } from './language/strategies.js';
import type { Model, ServerModel } from './model.js';
import { problem } from './problem.js';

type Strategies = Model['strategies'];
type Servers = Model['servers'];

const WEIGHING: readonly Balance[] = ['weighted', 'random', 'rendezvous'];
const weighing = `the strategies that weigh are ${WEIGHING.join(', ')}`;

/** `isWhole` says that `servers` has every server of the config; one of the wrong shape is missing, and nobody knows which strategy it would have used. */
export function* strategyProblems(strategies: Strategies, servers: Servers, isWhole: boolean): Iterable<Diagnostic> {
  for (const [name, { balance, by, prefer }] of Object.entries(strategies)) {
    const at = ['strategies', name];
    if (by !== undefined && balance !== 'rendezvous') {
      yield problem('no-effect', [...at, 'by'], `${balance} keeps nothing together; by belongs to rendezvous`, { key: true });
    }
    const users = Object.entries(servers).filter(([, { strategy }]) => strategy === name);
    const hasRegions = users.some(([, server]) => instancesOf(server).some(({ region }) => region !== undefined));
    // A strategy that nobody uses is written for servers to come.
    if (prefer === undefined || users.length === 0 || hasRegions || !isWhole) continue;
    const message = `no instance of ${users.map(([user]) => user).join(', ')} has a region, so none could be preferred`;
    yield problem('no-effect', [...at, 'prefer'], message, { key: true, help: "name them: instances: [{ url: 'https://…', region: 'ord' }]" });
  }
  for (const [name, server] of Object.entries(servers)) yield* weights(name, server, strategies);
}

function* weights(name: string, server: ServerModel, strategies: Strategies): Iterable<Diagnostic> {
  const balance = strategies[server.strategy]?.balance ?? (isBalance(server.strategy) ? server.strategy : null);
  if (balance === null || WEIGHING.includes(balance)) return;
  for (const [index, { weight }] of instancesOf(server).entries()) {
    if (weight === 1) continue;
    const message = `${balance} weighs no instances, and this one's weight is ${weight}`;
    yield problem('no-effect', ['servers', name, 'instances', index, 'weight'], message, { key: true, help: weighing });
  }
}

const instancesOf = (server: ServerModel) => (server.kind === 'http' ? (server.instances ?? []) : []);
