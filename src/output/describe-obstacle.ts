import type { Obstacle } from './changes.js';

/** Why nothing can be written at `path`, and what to do about it. */
export function describeObstacle(label: string, path: string, obstacle: Obstacle): string {
  const cannot = `${label}/${path} cannot be written`;
  const at = `${label}/${obstacle.at}`;
  switch (obstacle.what) {
    case 'file':
      return `${cannot}: ${at} is a file where a folder is needed. Move it away.`;
    case 'directory': {
      const [first, ...more] = obstacle.holds;
      const others = more.length > 0 ? ` and ${more.length} more` : '';
      return `${cannot}: it is a folder, which holds ${label}/${first ?? ''}${others}. Move it away.`;
    }
    case 'symlink':
      return obstacle.dangling
        ? `${cannot}: ${at} is a symlink to ${obstacle.leadsTo}, which does not exist. Remove the link.`
        : `${cannot}: ${at} is a symlink to ${obstacle.leadsTo}, outside of ${label}, and mcpgen writes nothing there. Remove the link.`;
    case 'special':
      return `${cannot}: it is neither a file nor a folder. Move it away.`;
  }
}
