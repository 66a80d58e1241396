import type { Draw } from '#domain/plugin';

/** One of a list that is not empty, evenly drawn. */
export function pick<T>(list: readonly T[], draw: Draw): T {
  return list[draw(list.length)] as T; // draw(n) < n
}
