/** Sends one request as bytes and reads one answer. No HTTP library corrects either of them. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Status 0 means that no answer came: the connection was closed or reset, or the time was up. */
const NO_ANSWER: RawAnswer = { status: 0, headers: {}, body: '' };

export function send(
  port: number,
  bytes: string,
  options: { readonly host?: string; readonly wait?: number; readonly socket?: () => Socket } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    const bodiless = bytes.startsWith('HEAD ');
    const socket = options.socket?.() ?? connect(port, options.host ?? '127.0.0.1');
    const done = (answer: RawAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done(parse(text, true, bodiless) ?? NO_ANSWER), options.wait ?? 5000);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const answer = parse(text, false, bodiless);
      if (answer) done(answer);
    });
    socket.on('close', () => done(parse(text, true, bodiless) ?? NO_ANSWER));
    socket.on('error', () => {});
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

function parse(text: string, closed: boolean, bodiless: boolean): RawAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(first.split(' ')[1]);
  const rest = text.slice(end + 4);
  if (status >= 100 && status < 200) return parse(rest, closed, bodiless);
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const body = bodiless || status === 204 ? '' : bodyOf(headers, rest, closed);
  return body === null ? null : { status, headers, body };
}

function bodyOf(headers: Readonly<Record<string, string>>, rest: string, closed: boolean): string | null {
  const length = headers['content-length'];
  if (length !== undefined) return rest.length >= Number(length) || closed ? rest.slice(0, Number(length)) : null;
  if (headers['transfer-encoding'] !== 'chunked') return closed ? rest : null;
  if (!rest.endsWith('0\r\n\r\n')) return closed ? rest : null;
  return rest.replace(/(^|\r\n)[0-9a-f]+\r\n/g, '').replace(/\r\n$/, '');
}

/** The code of a refusal in JSON; null for any other answer. */
export const codeOf = (answer: RawAnswer): number | null => errorOf(answer)?.code ?? null;
export const reasonOf = (answer: RawAnswer): string | null => errorOf(answer)?.data?.reason ?? null;

function errorOf({ body }: RawAnswer): { readonly code?: number; readonly data?: { readonly reason?: string } } | undefined {
  try {
    return (JSON.parse(body) as { error?: { code?: number; data?: { reason?: string } } }).error;
  } catch {
    return undefined;
  }
}

export function get(path: string, headers: Readonly<Record<string, string>>): string {
  return request('GET', path, headers);
}

export function request(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries({ ...headers, ...(body === '' ? {} : { 'Content-Length': String(body.length) }) }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
