/** A stdio server's processes, behind the seam of every instance. */
import type { Env } from '../process/env.js';
import { readSecret } from '../process/secrets.js';
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';
import { UpstreamFault } from '../wire/fault.js';
import type { StdioOptions, StdioUpstream } from './contract.js';
import { serveLegacy } from './legacy.js';
import { errorText, readMessages } from './message.js';
import { serveModern } from './modern.js';
import { jsonResponse } from './response.js';

export function createStdioUpstream(options: StdioOptions): StdioUpstream {
  const { modern, sharing } = options.child;
  const closing = new AbortController();
  const { links, answer, close } = (modern ? serveModern : serveLegacy)(options, closing.signal);
  return {
    async send(request) {
      if (closing.signal.aborted) throw new UpstreamFault('refused');
      const read = request.method === 'POST' ? readMessages(`${request.body}`) : { isBatch: false, messages: [] };
      return typeof read === 'number' ? jsonResponse(400, errorText(null, read, 'Not a JSON-RPC message')) : answer(request, read);
    },
    async close() {
      closing.abort();
      close();
      await links.close();
    },
    status: () => ({ processes: links.running, restarts: modern || sharing === 'shared' ? Math.max(0, links.started - 1) : 0 }),
  };
}

// Reads the secrets that the children are given.
export function startChildren(child: ChildTable, environment: Env, keepAlive: number, log: Log): StdioUpstream {
  const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)] as const);
  return createStdioUpstream({ child, env: Object.fromEntries(env), keepAlive, log });
}
