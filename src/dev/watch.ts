import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps; one change is one rebuild. */
const SETTLE = 80;

/**
 * Watches files by watching their folders, because an editor that replaces a file leaves a watch on the file itself behind with the old one.
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
    // A change that came while the last one was being built still waits to be seen.
    for (const watcher of this.#watchers) watcher.close();
    if (this.#closed) return;
    const byFolder = new Map<string, Set<string>>();
    for (const file of files) byFolder.set(dirname(file), (byFolder.get(dirname(file)) ?? new Set()).add(basename(file)));
    this.#watchers = [...byFolder].map(([folder, names]) =>
      watch(folder, (_kind, name) => {
        if (name !== null && !names.has(name)) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#changed, SETTLE);
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
