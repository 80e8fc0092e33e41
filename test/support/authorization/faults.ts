/** How an endpoint of an authorization server misbehaves when a test asks for it. */
import type { ServerResponse } from 'node:http';

/**
 * `down`: the connection is cut. `refusing`: 500. `slow`: no answer ever comes. `dripping`: an answer begins and never ends. `huge`: it goes on as long as
 * somebody reads. `lying`: 200 with something else. `redirecting`: it points to the same endpoint under another path, where the true answer is.
 */
export type Fault = 'down' | 'refusing' | 'slow' | 'dripping' | 'huge' | 'lying' | 'redirecting';

/** Below this path each endpoint gives its true answer: who gets there has followed a redirect. */
export const ELSEWHERE = '/elsewhere';

type Misbehave = (response: ServerResponse, path: string) => void;

const MEGABYTE = Buffer.alloc(2 ** 20, ' ');

export const MISBEHAVE: Readonly<Record<Fault, Misbehave>> = {
  down: (response) => void response.socket?.destroy(),
  refusing: (response) => void response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"server_error"}'),
  slow: () => {},
  dripping: (response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{'),
  huge: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(MEGABYTE));
    };
    response.on('drain', more);
    more();
  },
  lying: (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(LIES),
  redirecting: (response, path) => void response.writeHead(302, { location: `${ELSEWHERE}${path}` }).end(),
};

/** It looks right for every endpoint, and is right for none: another issuer, no key that signs, a token that is none. */
const KEYS = [{ kty: 'oct', k: 'AAAA', kid: 'liar' }];
const LIES = JSON.stringify({ issuer: 'https://liar.invalid', keys: KEYS, access_token: 42, token_type: 'Nonsense', tenant: 7 });
