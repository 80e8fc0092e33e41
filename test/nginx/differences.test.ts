/** Every listed difference really exists. A list that allowed more than the real differences would let mistakes through. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { differencesOf, NGINX_CANNOT, type NginxDifferenceId } from '#src/emit/nginx/nginx-cannot.js';
import { GATEWAY } from './backend.js';
import { NGINXES, NO_NGINX } from './binaries.js';
import { explaining, APPEARANCES } from './differences.js';
import { bytesOf } from './generate.js';
import { widePlan, widePlanAlone } from './plans.js';
import { codeOf, send } from './raw.js';
import { stand } from './stand.js';

const ids = Object.keys(NGINX_CANNOT) as NginxDifferenceId[];

describe('what nginx cannot decide', { skip: NO_NGINX }, () => {
  for (const id of ids) {
    const showing = APPEARANCES[id];
    if (showing === null) continue;
    const { example, changes = {} } = showing;
    for (const nginx of NGINXES) {
      const differs = differencesOf(nginx.release).includes(id);
      it(`${id}: nginx ${nginx.version} ${differs ? 'differs' : 'agrees'}`, async (t) => {
        const alone = await GATEWAY.start(gatewayTables(widePlanAlone(changes)));
        t.after(() => alone.close());
        const behind = await GATEWAY.start(gatewayTables(widePlan(changes)));
        t.after(() => behind.close());
        const edge = await stand(nginx, behind.port, changes);
        t.after(() => edge.close());
        const [one, two] = [await send(alone.port, bytesOf(example)), await send(edge.port, bytesOf(example))];
        const same = one.status === two.status && codeOf(one) === codeOf(two);
        const context = { release: nginx.release, changes };
        if (differs) assert.ok(!same && explaining(example, context, one, two).includes(id), `alone ${one.status}, through nginx ${two.status}`);
        else assert.ok(same, `alone ${one.status}, through nginx ${two.status}`);
      });
    }
  }
});

it('each difference says what nginx does, what the gateway does, and why', () => {
  for (const id of ids) for (const field of ['nginx', 'gateway', 'why'] as const) assert.ok(NGINX_CANNOT[id][field].length > 2, `${id}.${field}`);
});
