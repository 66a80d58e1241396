import { SHELLS } from '#engine/bytes/shell-launch';

/** Interpreters of scripts whose grammar is the shell's, besides the shells themselves. */
const LIKE_SHELLS = new Set(['rc.common', 'openrc-run', 'runscript', 'busybox']);

/** Words behind `#!`; null: no such line. */
export function interpreterOf(bytes: Uint8Array): readonly string[] | null {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return null;
  const end = bytes.indexOf(0x0a);
  const line = Buffer.from(bytes.subarray(2, Math.min(end === -1 ? 256 : end, 256))).toString('latin1');
  return line.split(/\s+/).filter((word) => word !== '');
}

/** True for a script of a shell by its first line, or text without one: a shell that is given it runs it. */
export function isShell(bytes: Uint8Array): boolean {
  const words = interpreterOf(bytes)?.map((word) => word.slice(word.lastIndexOf('/') + 1));
  return words === undefined || words.some((word) => SHELLS.has(word) || LIKE_SHELLS.has(word));
}
