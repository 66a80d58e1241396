import type { ShellCall } from '#engine/bytes/shell-commands';
import type { Finding } from '#engine/describe/concealment/finding';

/** Modules that a script loads by path or name.
 *  Source: insmod(8), modprobe(8) */
export function modulesOf({ name, args, range }: ShellCall, reached: boolean): readonly Finding[] {
  if (!/^(?:insmod|modprobe|kldload)$/.test(name)) return [];
  if (args.some((arg) => /^-(?:r|-remove|n|-dry-run|-show|D|l|c|-version|V)/.test(arg))) return [];
  const module = args.find((arg, i) => !arg.startsWith('-') && !/^-[dCS]$/.test(args[i - 1] ?? ''));
  return module === undefined ? [] : [{ kind: 'module', range, name: module, reached }];
}
