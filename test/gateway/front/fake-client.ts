/** A client without a socket, for tests of what stands behind the seam. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { BodyFault, Client, HeadMemory } from '#src/gateway/runtime/front/client.js';
import type { HeaderList } from '#src/gateway/runtime/wire/header-list.js';
import type { Parts } from '#src/gateway/runtime/front/services.js';

export interface FakeRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly peer: string;
  readonly body: string;
}

/** Whether the second request repeats the head of the first, but for the length of its body. */
export function sameHead(first: FakeRequest | null, second: FakeRequest): boolean {
  const headOf = ({ method, target, headers, peer }: FakeRequest): string => JSON.stringify([method, target, headers, peer]);
  return first !== null && headOf(first) === headOf(second);
}

export interface FakeClient extends Client {
  /** What it was told. */
  readonly told: { status: number; headers: HeaderList; text: string; isCut: boolean };
}

export function fakeClient({ method, target, headers, peer, body }: FakeRequest, memory: HeadMemory): FakeClient {
  const told = { status: 0, headers: [] as HeaderList, text: '', isCut: false };
  const leaving: (() => void)[] = [];
  let isDone = false;
  const leave = (): void => {
    if (isDone) return;
    isDone = true;
    for (const work of leaving) work();
  };
  const begin = (status: number, list: HeaderList): void => void Object.assign(told, { status, headers: list });
  const length = body === '' ? null : Buffer.byteLength(body);
  const said = length === null ? headers : { ...headers, 'content-length': String(length) };
  return {
    told,
    request: { method, target, headers: said, hosts: 1, peer },
    length,
    memory,
    get hasBegun() {
      return told.status !== 0;
    },
    get status() {
      return told.status;
    },
    get isDone() {
      return isDone;
    },
    get hasLeft() {
      return told.isCut;
    },
    get isComplete() {
      return isDone && !told.isCut;
    },
    body: (limit, admits = () => true) => {
      const size = Buffer.byteLength(body);
      return Promise.resolve<Buffer | BodyFault>(size > limit ? 'body-too-large' : admits(size) ? Buffer.from(body) : 'instance-full');
    },
    answer: (status, list, whole) => {
      begin(status, list);
      told.text = whole.toString();
      leave();
    },
    begin,
    flush: () => {},
    write: (piece) => void (told.text += piece.toString()),
    end: (last = '') => {
      told.text += last;
      leave();
    },
    pipe: (stream: Readable) => {
      void once(stream.on('data', (piece: Buffer) => (told.text += piece.toString())), 'end').then(leave);
      return () => void stream.removeAllListeners('data');
    },
    closeAfterwards: () => {},
    cut: () => {
      told.isCut = true;
      leave();
    },
    passOverBody: () => {},
    onLeave: (work) => {
      leaving.push(work);
      return () => void leaving.splice(leaving.indexOf(work), 1);
    },
  };
}

/** What it was told, when that has come to its end. */
export async function answersOf(client: FakeClient): Promise<FakeClient['told']> {
  if (!client.isDone) await new Promise<void>((resolve) => client.onLeave(resolve));
  return client.told;
}

/** Of a gateway that was baked with none of the parts that a request may pass through. */
export const NO_PARTS: Parts = {
  audit: null, bridge: null, deny: null, endAtExpiry: null, items: null, oauth: null, renewals: null, sse: null, tracer: null, transform: null, vouchFor: null,
};
