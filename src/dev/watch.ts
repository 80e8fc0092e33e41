import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Milliseconds without a further change before a rebuild: editors write a file in several steps. */
const SETTLE_MS = 80;

/**
 * Watches the folders of files. A watch on a file itself is lost when an editor replaces the file by another.
 */
export class FileWatch {
  readonly #changed: () => void;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  follow(files: Iterable<string>): void {
    // The timer is kept: a change that came during the last build must still cause the next one.
    for (const watcher of this.#watchers) watcher.close();
    if (this.#closed) return;
    const byFolder = new Map<string, Set<string>>();
    for (const file of files) byFolder.set(dirname(file), (byFolder.get(dirname(file)) ?? new Set()).add(basename(file)));
    this.#watchers = [...byFolder].map(([folder, names]) =>
      watch(folder, (_kind, name) => {
        if (name !== null && !names.has(name)) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#changed, SETTLE_MS);
      }),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}
