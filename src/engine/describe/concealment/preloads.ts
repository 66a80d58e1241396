import type { ShellCall } from '#engine/bytes/shell-commands';
import type { Finding } from '#engine/describe/concealment/finding';

/** Variables by which a library or script gets into other programs.
 *  Source: ld.so(8); bash(1), BASH_ENV; POSIX sh, ENV */
const VARIABLES = /^(?:LD_PRELOAD|LD_PRELOAD_(?:32|64)|LD_AUDIT|BASH_ENV)$/;

/** Libraries put into programs by variables: before a command, for all that follow, or through `env`. */
export function preloadsOf({ assignments, words, name, args, range }: ShellCall): readonly Finding[] {
  const own = assignments.filter((each) => VARIABLES.test(each.name));
  const exported = name === 'export' ? args : words.includes('env') || name === 'setenv' ? words : [];
  const written = exported.flatMap((word) => {
    const match = /^(\w+)=(.*)$/s.exec(word);
    return match !== null && VARIABLES.test(match[1] ?? '')
      ? [{ name: match[1] ?? '', value: match[2] ?? '' }]
      : [];
  });
  const into = name === '' || name === 'export' || name === 'setenv' ? null : name;
  return [...own, ...written].flatMap(({ name: by, value }) =>
    value
      .split(/[\s:]+/)
      .filter((library) => library !== '' && !/^\$\{?LD_PRELOAD\}?$/.test(library))
      .slice(0, 20)
      .map((library): Finding => ({ kind: 'preload', range, by, library, into })),
  );
}
