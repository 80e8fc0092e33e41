/** The hostile requests once more, through nginx: it lets none pass that the gateway alone refuses, except by the differences that are listed by name. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { nginxModel } from '#src/emit/nginx/model.js';
import { differencesOf, type NginxDifferenceId } from '#src/emit/nginx/nginx-cannot.js';
import { answersTo, AT_ONCE, secretsOf, textOf } from '../gateway/hostile/judge.js';
import { DOCUMENTED, loggedAs, type Row } from '../gateway/hostile/rows.js';
import { configOf, honest, startStand, type Stand } from '../gateway/hostile/stand.js';
import { HOSTILE } from '../gateway/hostile/tables.js';
import { ask } from '../support/http.js';
import { planOf } from '../support/planned.js';
import { freePort, NGINXES, NO_NGINX, start, writeDocument, type Nginx, type Running } from './binaries.js';

interface Difference {
  /** What nginx answers instead; nothing where the request may pass. */
  readonly status: number | null;
  readonly names: readonly string[];
}

/** Where an answer may be another one, by what the list of differences calls it. */
const DIFFERENT: Partial<Readonly<Record<NginxDifferenceId, Difference>>> = {
  'host-header': { status: 400, names: ['two dots at the end'] },
  'path-undecodable': { status: 400, names: ['up and out', 'percent NUL', 'percent of 16 bits', 'a broken percent', 'another broken percent'] },
  'connect': { status: 400, names: ['a tunnel', 'a tunnel to a server'] },
  'unknown-method': { status: 405, names: ['a method that is not known'] },
  'http-version': { status: 415, names: ['HTTP/1.2'] },
  'header-bytes': { status: 431, names: ['a long method'] },
  'repeated-origin': { status: 403, names: ['two origins, the good one last'] },
  'repeated-forwarded': { status: null, names: ['two by a hop, in two'] },
  // nginx leaves these headers out.
  'header-names': { status: null, names: ['letters beyond ASCII in a name', 'brackets in a name'] },
  'chunk-framing': {
    status: null,
    names: [
      'a bare line feed behind a size', 'a bare line feed behind a chunk', 'a NUL in an extension', 'a blank behind the last size', 'a size in two words',
      'a length among the trailers', 'a coding among them', 'a trailer without a colon',
    ],
  },
  'forwarded-for-spelling': { status: null, names: ['ours and nothing', 'ours and a comma', 'ours with a port', 'ours in brackets', 'ours with zeros'] },
};
/** HTTP/0.9 has no heads, and a head without an end gets its answer when nginx has waited for it long enough. */
const UNANSWERED = new Set(['the version ""', 'a head without an end']);

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

/** @param differences that this version of nginx has */
async function judge(port: number, row: Row, differences: ReadonlySet<string>): Promise<readonly string[]> {
  const answers = await answersTo(port, row).catch(String);
  if (typeof answers === 'string') return [`${row.reason}: ${row.name}: ${answers.slice(0, 200)}`];
  const { status = 0, text = '' } = answers[0] ?? {};
  const [wanted] = DOCUMENTED[row.reason];
  const reason = /"reason":"([^"]*)"/.exec(text)?.[1];
  // Why nginx's own parser refuses is not known, and what is denied in band gives no reason.
  const isSame = status === wanted && (reason === row.reason || row.isBodiless || reason === undefined || reason === 'malformed-request');
  const isListed = Object.entries(DIFFERENT).some(([id, { status: other, names }]) => {
    return differences.has(id) && names.includes(row.name) && (other ?? status) === status;
  });
  const faults = isSame || isListed ? [] : [`${row.reason}: ${row.name}: ${status} ${reason}`];
  if (isSame && reason === undefined && !row.isBodiless && loggedAs(row.reason) !== 'item-denied') faults.push(`${row.reason}: ${row.name}: no reason`);
  const all = textOf(answers);
  for (const secret of secretsOf(row)) if (all.includes(secret)) faults.push(`${row.reason}: ${row.name}: the answer holds ${secret.slice(0, 12)}…`);
  return faults;
}

const mayPass = ({ name }: Row): boolean => Object.values(DIFFERENT).some(({ status, names }) => status === null && names.includes(name));

describe('hostile requests through nginx', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    test(`nginx ${nginx.version}`, async (t) => {
      const { stand, port } = await behind(nginx);
      const differences = new Set<string>(differencesOf(nginx.release));
      for (const asked of honest(stand)) assert.equal((await ask(port, asked)).status, 200, JSON.stringify(asked));
      const rows = Object.values(HOSTILE).flatMap((table) => table(stand)).filter(({ door, name }) => door === 'public' && !UNANSWERED.has(name));
      // Those that may pass come last, so that nothing of theirs is counted as another's.
      const sorted = [...rows.filter((row) => !mayPass(row)), ...rows.filter(mayPass)];
      const strict = rows.length - rows.filter(mayPass).length;
      const reached = stand.reached();
      const faults: string[] = [];
      for (let at = 0; at < sorted.length; at += AT_ONCE) {
        const some = sorted.slice(at, Math.min(at + AT_ONCE, at < strict ? strict : sorted.length));
        faults.push(...(await Promise.all(some.map((row) => judge(port, row, differences)))).flat());
        if (at + some.length === strict) assert.equal(stand.reached(), reached, `reached a server: ${stand.methods().slice(reached).join(', ')}`);
        at -= AT_ONCE - some.length;
      }
      t.diagnostic(`${rows.length} requests`);
      assert.deepEqual(faults, []);
    });
  }
});
