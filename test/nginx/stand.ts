/** Starts nginx with a plan, in front of a gateway or of a server that takes the gateway's place. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nginxModel } from '#src/emit/nginx/model.js';
import type { NginxDocument } from '#src/emit/nginx/types.js';
import type { Changes } from '../support/example.js';
import { freePort, start, writeDocument, type Nginx, type Running } from './binaries.js';
import { widePlan } from './plans.js';

export interface Stand extends Running {
  readonly port: number;
}

type Edit = (document: NginxDocument) => NginxDocument;

export async function stand(nginx: Nginx, gateway: number, changes: Changes = {}, edit: Edit = (document) => document): Promise<Stand> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const plan = widePlan(changes, { gateway, nginx: port, version: nginx.version });
    try {
      return { port, ...(await start(nginx, writeDocument(edit(nginxModel(plan))), port)) };
    } catch (error) {
      // Another process may have taken the port since it was found to be free.
      if (tries === 3 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

export interface Stub {
  readonly port: number;
  /** The requests that arrived. */
  readonly seen: IncomingMessage[];
  readonly close: () => void;
}

/** A server that takes the gateway's place. */
export async function stub(listener: RequestListener = answerOk): Promise<Stub> {
  const seen: IncomingMessage[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(incoming);
    listener(incoming, outgoing);
  });
  // nginx keeps connections open. A request would be lost if this server closed a connection that nginx was about to use.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerOk(incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.resume();
  incoming.on('end', () => outgoing.end('ok'));
}

export const JSON_BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
export const CALL = { Host: 'mcp.acme.test', 'Content-Type': 'application/json' };
