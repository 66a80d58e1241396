import { asWritten, readShell, type ShellCommand, type ShellNode, type ShellWord } from '#engine/bytes/shell';
import { launchOf, SHELLS } from '#engine/bytes/shell-launch';
import { argumentsOf, constantsOf, type Scope } from '#engine/bytes/shell-values';
import { visitNodes, wordsOf } from '#engine/bytes/shell-walk';
import { ASKS, isAction, type Runs, shownCommand } from '#engine/describe/web-routes/handler';

/** Variables that a web server sets from the request: RFC 3875, 4.1; haserl and proccgi name their own. */
const FROM_REQUEST =
  /^(?:QUERY_STRING|REQUEST_URI|PATH_INFO|PATH_TRANSLATED|POST_DATA|QUERY|HTTP_(?!HOST$|COOKIE$|AUTHORIZATION$)\w+|(?:FORM|GET|POST|CGI|ARG|COOKIE)_\w+)$/;
/** Variables that say who is there. */
const WHO = /^(?:REMOTE_USER|HTTP_AUTHORIZATION|HTTP_COOKIE|SESSION\w*|AUTH_TYPE)$/;

/** What a shell script that answers requests runs: what it evaluates, programs named by the request, and commands that change
 *  the device. The one that counts most comes first. */
export function shellRuns(bytes: Uint8Array, path: string): readonly Runs[] {
  const script = readShell(bytes);
  const scope: Scope = { constants: constantsOf(script), bound: new Map(), args: null, self: path };
  const brought = new Set<string>();
  const isBrought = (word: ShellWord): boolean =>
    word.parts.some((part) => {
      if (part.kind === 'variable') return FROM_REQUEST.test(part.name) || brought.has(part.name);
      if (part.kind === 'substitution' || part.kind === 'arithmetic')
        return namesBrought(part.written, brought);
      return false;
    });
  const found: { readonly rank: number; readonly runs: Runs }[] = [];
  let guard: string | null = null;
  visitNodes(script.body, (node, around) => {
    guard ??= guardIn(node, around, script.text);
    if (node.kind === 'for' && (node.words ?? []).some(isBrought)) brought.add(node.variable);
    if (node.kind !== 'command') return;
    note(node, isBrought, brought);
    const { what, takes } = kindOf(node, scope, isBrought);
    if (what === 'nothing') return;
    const runs = shownCommand(script.text.slice(...node.range));
    const rank = (what === 'evaluates' ? 2 : 0) + (takes ? 1 : 0);
    if (what === 'acts' || takes)
      found.push({ rank, runs: { runs, takesRequest: takes, guardedBy: null, range: node.range } });
  });
  return found.toSorted((a, b) => b.rank - a.rank).map(({ runs }) => ({ ...runs, guardedBy: guard }));
}

/** What a substitution prints is of the request when it names something of the request or reads its body. */
function namesBrought(written: string, brought: ReadonlySet<string>): boolean {
  if (/\b(?:CONTENT_LENGTH|proccgi|httpd -d)\b|\bhead -c\b/.test(written)) return true;
  return [...written.slice(0, 2000).matchAll(/\$\{?([A-Za-z_]\w*)/g)].some(
    ([, name = '']) => FROM_REQUEST.test(name) || brought.has(name),
  );
}

/** Follows values from variable to variable. */
function note(node: ShellCommand, isBrought: (word: ShellWord) => boolean, brought: Set<string>): void {
  for (const { name, value } of node.assignments) if (value !== null && isBrought(value)) brought.add(name);
  const [program, ...words] = node.words.map(asWritten);
  // whatever a handler reads from its standard input is the body of the request
  if (program === 'read') for (const word of words) if (/^[A-Za-z_]\w*$/.test(word)) brought.add(word);
  if (/^(?:export|local|readonly)$/.test(program ?? ''))
    for (const word of node.words.slice(1)) {
      const name = /^([A-Za-z_]\w*)=/.exec(asWritten(word))?.[1];
      if (name !== undefined && isBrought(word)) brought.add(name);
    }
}

interface Kind {
  readonly what: 'evaluates' | 'acts' | 'nothing';
  readonly takes: boolean;
}

function kindOf(node: ShellCommand, scope: Scope, isBrought: (word: ShellWord) => boolean): Kind {
  const [first] = node.words;
  if (first === undefined) return { what: 'nothing', takes: false };
  const takes = wordsOf(node).some(isBrought);
  if (isBrought(first) && node.assignments.length === 0) return { what: 'evaluates', takes: true };
  const {
    program,
    arguments: args,
    script,
  } = launchOf(node.words.flatMap((word) => argumentsOf(word, scope)));
  const written = asWritten(first);
  const name = program?.known?.slice(program.known.lastIndexOf('/') + 1) ?? '';
  if (written === 'eval' || script !== null || (SHELLS.has(name) && node.words.slice(1).some(isBrought)))
    return { what: takes ? 'evaluates' : 'nothing', takes };
  const text = args.map((argument) => argument.text).join(' ');
  return { what: isAction(name, text) ? 'acts' : 'nothing', takes };
}

/** A condition that asks who is there, or a command that does so by its name. */
function guardIn(node: ShellNode, around: readonly ShellNode[], text: string): string | null {
  if (node.kind === 'if') {
    const asked = node.branches.find(({ conditionRange }) => asks(text.slice(...conditionRange)));
    return asked === undefined ? null : shownCommand(text.slice(...asked.conditionRange));
  }
  if (node.kind === 'case')
    return asks(asWritten(node.subject)) ? shownCommand(`case ${asWritten(node.subject)}`) : null;
  if (node.kind !== 'command') return null;
  const words = node.words.map(asWritten);
  const [program = '', argument = ''] = words;
  const isTest = /^(?:\[|\[\[|test|grep)$/.test(program) && around.some(({ kind }) => kind === 'chain');
  const isNamed = asks(program) || (/^(?:\.|source)$/.test(program) && asks(argument));
  return isNamed || (isTest && asks(words.join(' '))) ? shownCommand(words.join(' ')) : null;
}

function asks(text: string): boolean {
  const names = text.match(/\$\{?([A-Za-z_]\w*)/g) ?? [];
  return ASKS.test(text) || names.some((name) => WHO.test(name.replace(/^\$\{?/, '')));
}
