/** What is only wrong between environments: each is a whole deployment, and two of them would be one. */
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { quote } from './quote.js';
import type { Plan } from './types.js';

/** Names of Fly apps are global. Two environments with one would replace each other's machines, and each other's secrets. */
export function* sharedApps(plans: readonly Plan[]): Iterable<Diagnostic> {
  const first = new Map<string, string>();
  for (const { environment, infra: { targets } } of plans) {
    const app = targets.fly?.app;
    if (app === undefined || environment === null) continue;
    const other = first.get(app);
    if (other === undefined) {
      first.set(app, environment);
      continue;
    }
    yield {
      code: 'environment',
      message: `environments "${other}" and "${environment}" are one app on Fly, ${quote(app)}: each would replace the other's machines and secrets`,
      help: `name an app of its own: environments.${environment}.targets.fly.app, such as ${quote(`${app}-${environment}`)}`,
      place: { kind: 'path', path: ['environments', environment], key: true },
    };
  }
}
