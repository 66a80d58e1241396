/** Many byte patterns found in one pass over bytes that may arrive in windows. */
export interface Search {
  /** Calls `found` for every occurrence in order of its end.
   *  @param window  the next bytes
   *  @param base    offset of the window's first byte
   *  @param state   what the previous window returned, or 0 at the start
   *  @returns the state for the window that follows directly */
  scan(window: Uint8Array, base: number, state: number, found: (pattern: number, at: number) => void): number;
}

/** Builds a search: the automaton of Aho and Corasick (1975) with its transitions worked out, over classes of bytes.
 *  Time grows with the bytes, not with the patterns.
 *  @param patterns  none empty */
export function searchFor(patterns: readonly Uint8Array[]): Search {
  const { classOf, classes } = byteClasses(patterns);
  const limit = patterns.reduce((sum, pattern) => sum + pattern.length, 1);
  const next = new Int32Array(limit * classes).fill(-1);
  const endsHere: number[][] = [[]];
  for (const [index, pattern] of patterns.entries()) {
    let state = 0;
    for (const byte of pattern) {
      const slot = state * classes + (classOf[byte] ?? 0);
      let target = next[slot] ?? -1;
      if (target === -1) {
        target = endsHere.push([]) - 1;
        next[slot] = target;
      }
      state = target;
    }
    endsHere[state]?.push(index);
  }
  completeTransitions(next, classes, endsHere);
  const hits = endsHere.map((list) => (list.length === 0 ? null : Int32Array.from(list)));
  const hasHit = Uint8Array.from(hits, (list) => (list === null ? 0 : 1));
  return {
    scan(window, base, from, found) {
      let state = from;
      for (let i = 0; i < window.length; i++) {
        // every index below is inside its table: states and classes are our own numbers
        state = next[state * classes + (classOf[window[i] as number] as number)] as number;
        if (hasHit[state] === 1) {
          for (const pattern of hits[state] ?? []) {
            found(pattern, base + i + 1 - (patterns[pattern]?.length ?? 0));
          }
        }
      }
      return state;
    },
  };
}

/** Bytes that no pattern contains share class 0. */
function byteClasses(patterns: readonly Uint8Array[]): { classOf: Uint16Array; classes: number } {
  const classOf = new Uint16Array(256);
  let classes = 1;
  for (const pattern of patterns) {
    for (const byte of pattern) {
      if (classOf[byte] === 0) classOf[byte] = classes++;
    }
  }
  return { classOf, classes };
}

/** Turns the tree of patterns into a complete automaton, breadth first. */
function completeTransitions(next: Int32Array, classes: number, endsHere: number[][]): void {
  const fallback = new Int32Array(endsHere.length);
  const queue: number[] = [];
  for (let c = 0; c < classes; c++) {
    const target = next[c] ?? -1;
    if (target === -1) next[c] = 0;
    else queue.push(target);
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const fall = fallback[state] ?? 0;
    endsHere[state]?.push(...(endsHere[fall] ?? []));
    for (let c = 0; c < classes; c++) {
      const slot = state * classes + c;
      const target = next[slot] ?? -1;
      const other = next[fall * classes + c] ?? 0;
      if (target === -1) next[slot] = other;
      else {
        fallback[target] = other;
        queue.push(target);
      }
    }
  }
}
