/**
 * `node -e` that exits 0 when a path answers 200: node images carry neither curl nor wget (PLATFORMS §6). No `$` in it, which compose
 * would take for a variable.
 */
export function httpProbe(port: number, path: string, timeout: number): readonly string[] {
  const url = JSON.stringify(`http://127.0.0.1:${port}${path}`);
  const get = `require('node:http').get(${url}, { timeout: ${timeout} }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))`;
  return ['node', '-e', `${get}.on('timeout', () => process.exit(1)).on('error', () => process.exit(1))`];
}

/** The same for a port that only has to accept connections. */
export function tcpProbe(port: number, timeout: number): readonly string[] {
  const connect = `require('node:net').connect(${port}, '127.0.0.1', () => process.exit(0)).setTimeout(${timeout}, () => process.exit(1))`;
  return ['node', '-e', `${connect}.on('error', () => process.exit(1))`];
}
