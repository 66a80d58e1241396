import type { ByteRange } from '#domain/range';

/** One command as a definition or a script states it. */
export interface Defined {
  readonly shell: string;
  readonly name: string;
  readonly hidden: boolean;
  /** As written; null: not visible. */
  readonly runs: string | null;
  readonly opensShell: boolean;
  readonly privilege: string | null;
  readonly range: ByteRange;
}

/** Longest command shown. */
const SHOWN = 160;

/** A command on one line, with what follows the name of a secret cut. */
export function shownCommand(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/((?:pass\w*|pwd|secret|token)["' ]{0,2}[=:]["' ]{0,2})[^\s"'&;)$]{3,64}/gi, '$1…')
    .trim()
    .slice(0, SHOWN);
}

/** A shell that reads what somebody types: called without a script and without `-c`, perhaps through su or login. */
export function opensShell(text: string): boolean {
  return /(?:^|[\s;&|(`"'/])(?:exec\s+)?(?:\/[\w./-]*\/)?(?:busybox\s+)?(?:(?:ba|da|a|k|hu|z)?sh)(?:\s+-(?:[il]+|-login))*\s*(?:$|[;&|)`"'\n]|<\s*\/dev\/tty|\d?>)/.test(
    text,
  );
}
