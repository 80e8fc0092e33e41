/**
 * A `node -e` command that exits with 0 when a path answers 200: images of Node carry neither curl nor wget (PLATFORMS §6). The script has no `$`, because
 * compose would read that as a variable.
 */
export function httpProbe(port: number, path: string, timeout: number): readonly string[] {
  const url = JSON.stringify(`http://127.0.0.1:${port}${path}`);
  const get = `require('node:http').get(${url}, { timeout: ${timeout} }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))`;
  return ['node', '-e', `${get}.on('timeout', () => process.exit(1)).on('error', () => process.exit(1))`];
}

/** A `node -e` command that exits with 0 when a port accepts a connection. */
export function tcpProbe(port: number, timeout: number): readonly string[] {
  const connect = `require('node:net').connect(${port}, '127.0.0.1', () => process.exit(0)).setTimeout(${timeout}, () => process.exit(1))`;
  return ['node', '-e', `${connect}.on('error', () => process.exit(1))`];
}
