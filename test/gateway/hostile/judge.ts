/** Sends hostile requests and says what of the gateway's answer, of its log and of what its servers saw is not as it should be. */
import { secretValue, type LogLine } from '../../support/gateway.js';
import { dial, within, type HttpAnswer } from '../../support/http.js';
import { DOCUMENTED, loggedAs, type Row } from './rows.js';
import { UPSTREAM_SESSION, type Stand } from './stand.js';

/** What no answer and no log line may hold: the gateway's secrets, what a server called its session, and the caller's own credentials. */
const SECRETS = [
  ...['ACME_KEY', 'GLOBEX_KEY', 'WALLED_KEY', 'STRAY_KEY', 'JWT_SECRET', 'SIGNING_SECRET', 'SESSION_KEY', 'READ_TOKEN', 'WRITE_TOKEN'].map(secretValue),
  UPSTREAM_SESSION,
];
/** Shorter words are words. */
const SHORTEST = 16;
export function secretsOf({ bytes }: Row): readonly string[] {
  return [...SECRETS, ...credentialsIn(bytes)];
}
function credentialsIn(bytes: Buffer): readonly string[] {
  const head = bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const lines = head.matchAll(/^(?:authorization|x-api-key|mcp-session-id|cookie|proxy-authorization):(.*)$/gim);
  return [...lines].flatMap(([, value = '']) => value.split(/[\s,;=]+/)).filter((word) => word.length >= SHORTEST);
}

interface Said {
  readonly error?: { readonly code?: number; readonly message?: string; readonly data?: { readonly reason?: string; readonly requestId?: string } } | string;
  readonly data?: { readonly reason?: string; readonly requestId?: string };
}

/** Every answer of a connection, until it is closed. Bytes may hold more than one request, and none of them may be served. */
export async function answersTo(port: number, { bytes, from, isRaw }: Row): Promise<readonly HttpAnswer[]> {
  const connection = await dial(port, { from });
  try {
    connection.send(bytes);
    const method = bytes.toString('latin1', 0, 5) === 'HEAD ' ? 'HEAD' : 'POST';
    const answers = [await connection.answer(method)];
    if (!isRaw) return answers;
    connection.finish();
    await within(connection.ended, 'the end of the connection');
    const more = connection.received().split(/(?=HTTP\/1\.1 [2-5]\d\d )/).length - 1;
    for (let i = 0; i < more; i++) answers.push(await connection.answer(method));
    return answers;
  } finally {
    connection.close();
  }
}

/** Heads and bodies. */
export const textOf = (answers: readonly HttpAnswer[]): string => answers.map(({ lines: all, text }) => `${all.join('\n')}\n${text}`).join('\n');

const parsed = ({ text }: HttpAnswer): Said | readonly Said[] => {
  try {
    return JSON.parse(text) as Said;
  } catch {
    return {};
  }
};

/** Rows that are sent at once. */
export const AT_ONCE = 32;

/** @returns what is wrong; nothing where all is well */
export async function judgeAll(stand: Stand, rows: readonly Row[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const before = stand.reached();
    const some = rows.slice(at, at + AT_ONCE);
    faults.push(...(await Promise.all(some.map((row) => judge(stand, row)))).flat());
    if (stand.reached() === before) continue;
    faults.push(`one of ${some.map(({ name }) => name).join(' | ')} reached a server: ${stand.methods().slice(before).join(', ')}`);
  }
  return faults;
}

async function judge(stand: Stand, row: Row): Promise<readonly string[]> {
  const { gateway } = stand;
  const { reason, door, name } = row;
  const [status, code] = DOCUMENTED[reason];
  const since = gateway.logs.length;
  const answers = await answersTo(door === 'admin' ? gateway.adminPort : gateway.port, row).catch(String);
  // A stream that was let in has no end.
  if (typeof answers === 'string') return [`${reason}: ${name}: ${answers.slice(0, 200)}`];
  const faults: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) faults.push(`${reason}: ${name}: ${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  const [answer = null] = answers;
  if (!answer) return [`${reason}: ${name}: no answer`];
  expect('status', answer.status, status);
  for (const other of answers.slice(1)) if (other.status < 400) faults.push(`${reason}: ${name}: a second answer says ${other.status}`);

  const said = [parsed(answer)].flat() as readonly Said[];
  const isInBand = loggedAs(reason) === 'item-denied';
  if (!row.isBodiless && status !== 202) {
    for (const { error, data } of said) {
      const told = typeof error === 'object' ? error : {};
      // The admin listener speaks no JSON-RPC.
      if (code !== null && door === 'public') expect('code', told.code, code);
      if (isInBand) expect('a reply in band', typeof told.message, 'string');
      expect('data.reason', (told.data ?? data)?.reason, isInBand ? undefined : reason);
    }
  }
  const head = said[0] ?? {};
  const { requestId } = (typeof head.error === 'object' ? head.error.data : head.data) ?? {};
  const id = requestId ?? answer.headers['x-request-id'];
  expect('the name of the request', typeof id, 'string');

  const event = door === 'admin' ? 'admin-refused' : 'request';
  await gateway.waitFor(event, (line) => line['request_id'] === id, since);
  const lines = gateway.logs.slice(since).filter((line: LogLine) => line['event'] === event && line['request_id'] === id);
  expect('reasons in the log', lines.map((line) => line['reason']), [loggedAs(reason)]);
  if (row.why !== null) expect('why in the log', lines[0]?.['why'], row.why);

  const secrets = secretsOf(row);
  const texts = { 'the answer': textOf(answers), 'the log': JSON.stringify(gateway.logs.slice(since)) };
  for (const [where, text] of Object.entries(texts)) {
    for (const secret of secrets) if (text.includes(secret)) faults.push(`${reason}: ${name}: ${where} holds ${secret.slice(0, 12)}…`);
  }
  if (status === 403 && /invalid_token/.test(answer.headers['www-authenticate'] ?? '')) faults.push(`${reason}: ${name}: a 403 says invalid_token`);
  return faults;
}
