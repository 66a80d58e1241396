import type { Change } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import type { Tree } from '#engine/ground/tree';

/** Text put into a file in place of `remove` characters at `at`. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly text: string;
}

/** A file of the tree with edits, which may stand in any order and do not overlap.
 *  @param resolved  path of a file whose text can be read */
export function edited(tree: Tree, resolved: string, edits: readonly Edit[]): Change {
  const before = tree.text(resolved) ?? '';
  let text = '';
  let at = 0;
  const planted: ByteRange[] = [];
  for (const edit of edits.toSorted((a, b) => a.at - b.at)) {
    text += before.slice(at, edit.at);
    if (edit.text.length > 0) planted.push([text.length, text.length + edit.text.length]);
    text += edit.text;
    at = edit.at + edit.remove;
  }
  text += before.slice(at);
  return { path: tree.stored(resolved), bytes: Buffer.from(text, 'latin1'), mode: null, planted };
}

/** A file that the tree does not have.
 *  @param planted  null: all of it */
export function added(
  path: string,
  text: string,
  mode: number,
  planted: readonly ByteRange[] | null = null,
): Change {
  const bytes = Buffer.from(text, 'latin1');
  return { path, bytes, mode, planted: planted ?? [[0, bytes.length]] };
}

/** Lines put in front of the offset `at`, which begins a line or is the end of the text, with the line break in use. */
export function linesAt(text: string, at: number, lines: readonly string[]): Edit {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const open = at > 0 && text[at - 1] !== '\n';
  return { at, remove: 0, text: `${open ? end : ''}${lines.join(end)}${end}` };
}
