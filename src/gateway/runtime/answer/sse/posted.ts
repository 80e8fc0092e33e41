/** Messages of one client that are under way: how many there may be, and in which order they reach the server. */
import { UpstreamFault } from '../../wire/fault.js';
import type { Call } from '../call.js';

/** How many may be under way, and their bytes: their client has its 202 already. */
const MOST_UNDER_WAY = 64;
const MOST_BYTES = 4 * 2 ** 20;

export class Posted {
  #underWay = 0;
  #bytes = 0;
  /** Kept when what must come first has reached the server. Requests let each other pass; what has no reply has nothing else to order it. */
  #turn = Promise.resolve();

  /**
   * Carries a message when its turn has come. `carry` never rejects, and says by `handedOn` that the server has the message.
   * Throws an `UpstreamFault` when too many are under way.
   */
  add(call: Call, carry: (handedOn: () => void) => Promise<void>): void {
    const size = call.request.body?.length ?? 0;
    const isRequest = call.message?.shape === 'request';
    // What cancels a request must not have to wait for it.
    const most = isRequest ? MOST_UNDER_WAY : 2 * MOST_UNDER_WAY;
    if (this.#underWay >= most || (this.#underWay > 0 && this.#bytes + size > MOST_BYTES)) throw new UpstreamFault('full');
    this.#underWay += 1;
    this.#bytes += size;
    const release = call.keepBody();
    const before = this.#turn;
    let handedOn = (): void => {};
    if (!isRequest || call.message?.method === 'initialize') this.#turn = new Promise((resolve) => void (handedOn = resolve));
    const done = (): void => {
      this.#underWay -= 1;
      this.#bytes -= size;
      release();
      handedOn();
    };
    void before.then(() => carry(handedOn)).finally(done);
  }
}
