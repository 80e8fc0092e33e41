/** The hostile requests once more, through nginx: in front of the gateway it lets none pass that the gateway would refuse, and adds no way in of its own. */
import { after, describe, test } from 'node:test';
import { nginxModel } from '#src/emit/nginx/model.js';
import { ask, dial } from '../support/http.js';
import { planOf } from '../support/planned.js';
import { HOSTILE } from '../gateway/hostile/tables.js';
import { DOCUMENTED, type Row } from '../gateway/hostile/rows.js';
import { configOf, honest, startStand, type Stand } from '../gateway/hostile/stand.js';
import { freePort, NGINXES, NO_NGINX, start, writeDocument, type Nginx, type Running } from './binaries.js';

const opened: Running[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

async function behind(nginx: Nginx): Promise<{ readonly stand: Stand; readonly port: number }> {
  const port = await freePort();
  const targets = { nginx: { version: nginx.version, listen: port } };
  const stand = await startStand({ change: { targets } });
  const { people, partner, gateway } = stand;
  const plan = planOf(configOf(people, partner, { targets, gateway: { listen: { port: gateway.port } } }));
  opened.push(await start(nginx, writeDocument(nginxModel(plan)), port));
  return { stand, port };
}

async function statusOf(port: number, { bytes, from }: Row): Promise<string> {
  const connection = await dial(port, { from });
  try {
    connection.send(bytes);
    const { status, text } = await connection.answer(bytes.toString('latin1', 0, 5) === 'HEAD ' ? 'HEAD' : 'POST');
    return `${status} ${/"reason":"([^"]*)"/.exec(text)?.[1] ?? ''}`;
  } catch (error) {
    return `no answer`;
  } finally {
    connection.close();
  }
}

describe('hostile requests through nginx', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    test(`nginx ${nginx.version}`, async () => {
      const { stand, port } = await behind(nginx);
      for (const asked of honest(stand)) {
        const a = await ask(port, asked);
        if (a.status !== 200) console.log('HONEST', JSON.stringify(asked), a.status, a.text);
      }
      for (const [title, table] of Object.entries(HOSTILE)) {
        for (const row of table(stand)) {
          if (row.door === 'admin') continue;
          const before = stand.reached();
          const found = await statusOf(port, row);
          const [status] = DOCUMENTED[row.reason];
          if (!found.startsWith(String(status)) || stand.reached() !== before) console.log('DIFF', title, '|', row.reason, '|', row.name, '|', found, '|', stand.methods().slice(before).join(','));
        }
      }
    });
  }
});
