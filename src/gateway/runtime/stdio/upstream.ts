/** A stdio server's processes, behind the seam of every instance. */
import { SettingError, type Env } from '../process/env.js';
import { readSecret } from '../process/secrets.js';
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';
import { UpstreamFault } from '../wire/fault.js';
import type { ChildEras, ChildFeatures, StdioOptions, StdioUpstream } from './contract.js';
import { refusalText, readMessages } from './message.js';
import { jsonResponse } from './response.js';

export function createStdioUpstream(options: StdioOptions, { serveLegacy, serveModern }: ChildEras): StdioUpstream {
  const { modern, sharing } = options.child;
  const serve = modern ? serveModern : serveLegacy;
  if (!serve) throw new SettingError('this gateway was baked without the era of a stdio server in its tables');
  const closing = new AbortController();
  const { links, answer, close } = serve(options, closing.signal);
  return {
    async send(request) {
      if (closing.signal.aborted) throw new UpstreamFault('refused');
      const read = request.method === 'POST' ? readMessages(`${request.body}`) : { isBatch: false, messages: [] };
      if (typeof read !== 'number') return answer(request, read);
      return jsonResponse(400, refusalText(request, null, read, 'Not a JSON-RPC message', 'body-not-message'));
    },
    async close() {
      closing.abort();
      close();
      await links.close();
    },
    status: () => ({ processes: links.running, restarts: modern || sharing === 'shared' ? Math.max(0, links.started - 1) : 0 }),
  };
}

/** The eras that children of this config are of. */
export async function loadEras({ stdioLegacy, stdioModern }: ChildFeatures): Promise<ChildEras> {
  return { ...(await stdioLegacy?.()), ...(await stdioModern?.()) };
}

/** Reads the secrets that the children are given. */
export function startChildren(child: ChildTable, environment: Env, keepAlive: number, log: Log, eras: ChildEras): StdioUpstream {
  const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)] as const);
  return createStdioUpstream({ child, env: Object.fromEntries(env), keepAlive, log }, eras);
}
