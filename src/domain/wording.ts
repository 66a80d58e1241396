/** Text that stands in one line of a report: everything that would break the line, as a dot. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '·');
}

/** The beginning of a text, with a mark where something is left out.
 *  @param most  characters, ≥ 1 */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`.toWellFormed();
}

/** The end of a path, which tells more than its beginning.
 *  @param most  characters, ≥ 1 */
export function tail(path: string, most: number): string {
  return path.length <= most ? path : `…${path.slice(path.length - most + 1)}`.toWellFormed();
}

/** Last step of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
