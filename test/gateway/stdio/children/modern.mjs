// A stdio server of 2026-07-28: no handshake, every request complete in itself.
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const received = [];
const listening = [];

const methods = {
  'server/discover': (id, params) => ({ resultType: 'complete', supportedVersions: [params._meta[VERSION]], pid: process.pid }),
  echo: (id, params) => ({ params, id }),
  received: () => ({ received }),
  hang: () => undefined,
  exit: () => process.exit(3),
  progress: (id, { _meta, steps }) => {
    for (let progress = 1; progress <= steps; progress += 1) {
      send({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress } });
    }
    return { token: _meta.progressToken };
  },
  late: (id, { ms }) => void setTimeout(() => send({ id, result: { late: true } }), ms),
  ask: () => send({ id: 'mine', method: 'sampling/createMessage', params: {} }),
  'subscriptions/listen': (id, { notifications }) => {
    listening.push(id);
    send({ method: 'notifications/subscriptions/acknowledged', params: { notifications, _meta: { [SUBSCRIPTION]: id, kept: 1 } } });
  },
  change: () => {
    for (const id of listening) send({ method: 'notifications/tools/list_changed', params: { _meta: { [SUBSCRIPTION]: id } } });
    return {};
  },
  end: (id, { how }) => {
    for (const listen of listening.splice(0)) {
      if (how === 'result') send({ id: listen, result: { resultType: 'complete' } });
      else send({ method: 'notifications/cancelled', params: { requestId: listen, reason: 'over' } });
    }
    return {};
  },
  fail: (id, { code }) => void send({ id, error: { code, message: 'no' } }),
};

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params, error } = JSON.parse(line);
    received.push({ id, method, params, error });
    if (id === undefined || method === undefined) continue;
    if (params?._meta?.[VERSION] === undefined) send({ id, error: { code: -32602, message: 'no claim' } });
    else if (!methods[method]) send({ id, error: { code: -32601, message: 'no such method' } });
    else {
      const result = methods[method](id, params);
      if (typeof result === 'object') send({ id, result });
    }
  }
});
