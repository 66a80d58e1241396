import type { ByteRange } from '#domain/range';

/** What one handler runs. */
export interface Runs {
  /** As written, one line, passwords of addresses cut. */
  readonly runs: string;
  /** True: something the request brings stands in it. */
  readonly takesRequest: boolean;
  /** What asks who is there before, as written; null: none seen. */
  readonly guardedBy: string | null;
  readonly range: ByteRange;
}

/** Longest command shown. */
const SHOWN = 160;

/** A command on one line, as a fact may show it. */
export function shownCommand(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(:\/\/[^\s/@:]{0,64}:)[^\s/@]{1,128}@/g, '$1…@')
    .replaceAll(/((?:pass\w*|pwd|secret|token)["' ]{0,2}[=:]["' ]{0,2})[^\s"'&;)$]{3,64}/gi, '$1…')
    .trim()
    .slice(0, SHOWN);
}

/** Words of checks that ask who is there. */
export const ASKS =
  /(?:^|[^A-Za-z])(?:sess(?:ion)?(?:id|key|_?uid|token)?|cookies?|auth\w*|log(?:ged)?_?in\w*|is_?(?:admin|logged|authorized)|csrf\w*|remote_user|sysauth|access_?(?:check|control)|check_?(?:user|access|auth|perm|login|session)\w*|verify_?(?:user|token|session)\w*|permission|privilege|acl)(?![A-Za-z])/i;

/** Programs that change the device as a whole, and the words that make others do so. */
const ACTIONS: Readonly<Record<string, RegExp>> = {
  reboot: /^/,
  halt: /^/,
  poweroff: /^/,
  mtd: /\b(?:write|erase)\b/,
  sysupgrade: /^/,
  flashcp: /^/,
  passwd: /^/,
  chpasswd: /^/,
  telnetd: /^/,
  utelnetd: /^/,
  dropbear: /^/,
  sshd: /^/,
  insmod: /^/,
  modprobe: /^/,
  fw_setenv: /^/,
  firstboot: /^/,
  tcpdump: /^/,
  dd: /\bof=\/dev\//,
  nvram: /\bset\b|=/,
  uci: /\b(?:set|commit|import|add|delete)\b/,
  tftp: /^/,
  iptables: /-[ADIFPN]\b/,
};

/** True for a command that changes the device as a whole.
 *  @param program  without folders
 *  @param text     its arguments */
export function isAction(program: string, text: string): boolean {
  return Object.hasOwn(ACTIONS, program) && ACTIONS[program]?.test(text) === true;
}
