/** A port that is known before the gateway behind it starts, so that a config can name it as the gateway's public URL. Closed when the test file ends. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after } from 'node:test';

export interface FrontDoor {
  readonly url: string;
  /** Where its connections lead from now on. */
  leadTo(port: number): void;
}

const closing = new Set<() => void>();
after(() => {
  for (const close of closing) close();
});

export async function frontDoor(): Promise<FrontDoor> {
  let behind = 0;
  const sockets = new Set<Socket>();
  const server = createServer((outer) => {
    const inner = connect(behind, '127.0.0.1');
    for (const [one, other] of [[outer, inner], [inner, outer]] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => (sockets.delete(one), other.destroy()));
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, leadTo: (port) => void (behind = port) };
}
