import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { latin1 } from '#engine/bytes/text';
import type { Defined } from '#engine/describe/commands/defined';
import { inMarkup } from '#engine/describe/commands/markup';
import { inMenus } from '#engine/describe/commands/menus';

const TEXT_LIMIT = 4 * 1024 * 1024;
const SCRIPT_LIMIT = 1024 * 1024;
/** Commands given of one file. */
const MOST = 2000;

/** Commands of restricted shells and of command-line definitions. */
export const commands: EntryObserver = {
  kind: 'observer',
  id: 'commands',
  version: 1,
  doc: {
    name: 'commands of restricted shells',
    says: 'Gives the commands that a command-line definition in XML or a menu in a shell script offers, with what each runs, whether it opens a shell of the system, and whether it is marked hidden or left out of the help that the same file gives.',
    sources: [
      'klish 2: COMMAND, ACTION, attributes name, help, access, hidden',
      'IEEE Std 1003.1-2017, read, case; sshd(8) for SSH_ORIGINAL_COMMAND',
    ],
    limits: [
      'Commands that are compiled into a program are not seen.',
      'In XML a command counts as left out when it has no help although four of five of the same file have one.',
      'In a script a command counts as left out when nothing the script prints contains its name, although it prints at least two others. Help that another file prints is not seen.',
      `The first ${MOST} commands of a file are given.`,
    ],
  },
  reads: 'entry',
  wants: ({ type, content, path, format }) =>
    type === 'file' &&
    content !== null &&
    content.size >= 32 &&
    content.size <= TEXT_LIMIT &&
    (format === null || format === 'text') &&
    !/(?:^|\/)(?:docs?|man|locale|examples?|tests?)\/|\.(?:html?|css|js|svg|asp|php|lua|py|pl|json|c|h|md)$/i.test(
      path,
    ),
  observe({ path }, source, place) {
    return commandsIn(path, source)
      .slice(0, MOST)
      .map(({ range, ...values }): Observation => ({ kind: 'command', place: place(range), ...values }));
  },
};

function commandsIn(path: string, source: Source): readonly Defined[] {
  const head = source.bytes(0, Math.min(source.size, 4096));
  if (head.includes(0)) return [];
  const bytes = source.bytes(0, source.size);
  const words = interpreterOf(head);
  if (words === null && /^\s*(?:\xef\xbb\xbf)?\s*</.test(latin1(head))) return inMarkup(latin1(bytes));
  const isScript = words === null ? /\.sh$|(?:^|\/)s?bin\/[^/.]+$/.test(path) : isShell(head);
  if (!isScript || source.size > SCRIPT_LIMIT) return [];
  const text = latin1(bytes);
  return /\bcase\b/.test(text) && /\bread\b|\bselect\b|SSH_ORIGINAL_COMMAND/.test(text) ? inMenus(bytes) : [];
}
