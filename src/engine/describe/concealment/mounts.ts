import type { ShellCall } from '#engine/bytes/shell-commands';
import type { Finding } from '#engine/describe/concealment/finding';

/** Something mounted over a process or over programs, so that what lies below is not seen.
 *  Source: mount(8), --bind; proc(5) */
export function mountsOf({ name, args, range }: ShellCall): readonly Finding[] {
  if (name !== 'mount') return [];
  const plain = args.filter((arg, i) => !arg.startsWith('-') && !/^-[toO]$/.test(args[i - 1] ?? ''));
  const over = plain.at(-1) ?? '';
  const from = plain.length > 1 ? (plain.at(-2) ?? '') : '';
  const isBound = args.some(
    (arg) => /^(?:--r?bind|-o(?:r?bind\b.*))$/.test(arg) || /(?:^|,)r?bind(?:,|$)/.test(arg),
  );
  const isOverProcess = /^\/proc\/(?:\d+|self|\$[\w{(!$].*|`.*)(?:\/|$)/.test(over);
  const isOverFile = isBound && /^\/(?:usr\/)?s?bin\/[\w.-]+$/.test(over);
  if (!isOverProcess && !isOverFile) return [];
  return [{ kind: 'disguise', range, form: 'mount-over', seems: over, is: from === '' ? 'mount' : from }];
}
