// @ts-check
/** A folder that cannot be left, whatever a path or a link says. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** @param {string} folder */
export async function confine(folder) {
  const root = await realpath(folder);

  return {
    root,

    /** A real place as its path in the folder. */
    shown: (/** @type {string} */ place) => path.relative(root, place) || '.',

    /**
     * Runs an action on the real place of a path, links followed, which must lie in the folder. Between check and action a
     * local process could still swap in a link; callers of this server cannot, since no tool makes links.
     *
     * @template T
     * @param {string} asked
     * @param {(place: string) => Promise<T>} action
     */
    async at(asked, action) {
      const place = path.resolve(root, asked);
      // Before the disk is touched, so that the error cannot tell whether something outside exists.
      if (!isInside(root, place)) throw new Error(`${asked} is outside the served folder`);
      try {
        const real = await realPlace(place);
        if (!isInside(root, real)) throw new Error(`${asked} leads outside the served folder`);
        return await action(real);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
        // Node's message ends with the absolute path, which is the host's own business.
        throw new Error(`${asked}: ${error.message.split(', ')[0]}`);
      }
    },
  };
}

/**
 * A file that is yet to be written has no real path, but its folder has.
 *
 * @param {string} place
 */
async function realPlace(place) {
  return realpath(place).catch(async error => {
    if (error.code !== 'ENOENT') throw error;
    return path.join(await realpath(path.dirname(place)), path.basename(place));
  });
}

/**
 * @param {string} root
 * @param {string} place
 */
function isInside(root, place) {
  const relative = path.relative(root, place);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
