/** A gateway in the placement of its own image: it is reached from outside its container, and not without credentials. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { client, failToStart, startGateway } from '../../support/gateway.js';

const IMAGE = { MCPGEN_PLACEMENT: 'image' };

describe('the gateway in an image of its own', () => {
  test('field-27c it listens on every address of its container', async () => {
    const gateway = await startGateway({ config: gatewayConfig({ auth: { clients: { acme: client('acme') } } }), env: IMAGE });
    const [listening] = gateway.logs.filter(({ event }) => event === 'listening');
    assert.deepEqual([listening?.['host'], listening?.['placement']], ['0.0.0.0', 'image']);
    const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).find(({ family, internal }) => family === 'IPv4' && !internal);
    for (const host of ['127.0.0.1', ...(outside ? [outside.address] : [])]) {
      assert.equal((await fetch(`http://${host}:${gateway.port}/health/ready`)).status, 200, host);
    }
    await gateway.stop();
  });

  test('field-27c it does not start without credentials there', async () => {
    const { code, stderr } = await failToStart({ config: gatewayConfig(), env: IMAGE });
    assert.equal(code, 2);
    assert.match(stderr, /refusing to listen on 0\.0\.0\.0 without credentials/);
  });
});
