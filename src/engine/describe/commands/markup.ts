import { type Defined, opensShell, shownCommand } from '#engine/describe/commands/defined';

const ATTRIBUTE = String.raw`\s+[A-Za-z_][\w:.-]{0,63}\s*=\s*(?:"[^"]*"|'[^']*')`;
const TAG = new RegExp(String.raw`<([A-Za-z_][\w.-]{0,63})((?:${ATTRIBUTE}){1,40})\s*\/?>`, 'g');
const PAIR = /\s([A-Za-z_][\w:.-]{0,63})\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Bytes behind a tag in which its action stands. */
const BODY = 4000;
/** Of all commands of a file, those with a help must be at least this share before one without it counts as left out. */
const HELPED = 0.8;
/** Fewer commands are no command-line definition. */
const LEAST = 4;

interface Tag {
  readonly name: string;
  readonly help: string | null;
  readonly marked: boolean;
  readonly privilege: string | null;
  readonly action: string | null;
  readonly shell: string;
  readonly range: readonly [number, number];
}

/** Commands of a command line that is defined in XML: klish (`COMMAND name help`, `ACTION`), and definitions of vendors whose
 *  elements name a command, its help and what it does in attributes. Comments are passed over.
 *  @param text  one character a byte */
export function inMarkup(text: string): readonly Defined[] {
  const bare = withoutComments(text);
  const tags = [...bare.matchAll(TAG)].flatMap((match) => tagOf(match, bare) ?? []);
  if (tags.length < LEAST) return [];
  const helped = tags.filter(({ help }) => help !== null && help.trim() !== '').length / tags.length;
  return tags.map(({ name, help, marked, privilege, action, shell, range }) => ({
    shell,
    name: shownCommand(name),
    hidden: marked || (helped >= HELPED && helped < 1 && (help ?? '').trim() === ''),
    runs: action === null ? null : shownCommand(action),
    opensShell: action !== null && opensShell(action.trim()),
    privilege,
    range,
  }));
}

/** Comments as blanks, so that offsets stay. One that nothing closes ends with the text. */
function withoutComments(text: string): string {
  let bare = '';
  let at = 0;
  for (let open = text.indexOf('<!--'); open !== -1; open = text.indexOf('<!--', at)) {
    const close = text.indexOf('-->', open + 4);
    const end = close === -1 ? text.length : close + 3;
    bare += text.slice(at, open) + ' '.repeat(end - open);
    at = end;
  }
  return bare + text.slice(at);
}

function tagOf(match: RegExpExecArray, text: string): Tag | null {
  const [whole, element = '', list = ''] = match;
  const values = new Map(
    [...list.matchAll(PAIR)].map(([, key = '', double, single]) => [
      key.toLowerCase(),
      double ?? single ?? '',
    ]),
  );
  const isKlish = element === 'COMMAND';
  const name = values.get(isKlish ? 'name' : 'cmdstr') ?? values.get('command') ?? values.get('cmd') ?? null;
  if (name === null || !/^[A-Za-z_][\w .:-]{0,100}$/.test(name)) return null;
  const help = values.get('help') ?? values.get('helpstr') ?? values.get('description') ?? null;
  const hidden = values.get('hidden') ?? values.get('hide') ?? values.get('invisible') ?? 'false';
  const end = match.index + whole.length;
  return {
    name,
    help,
    marked: /^(?:true|yes|1|on|hidden)$/i.test(hidden),
    privilege: PRIVILEGES.map((key) => values.get(key) ?? '').find((value) => value !== '') ?? null,
    action: whole.endsWith('/>')
      ? (values.get('action') ?? null)
      : (actionBehind(text, end, element) ?? values.get('action') ?? null),
    shell: isKlish ? 'klish' : 'xml',
    range: [match.index, end],
  };
}

/** Attributes that say who may use a command. */
const PRIVILEGES = ['access', 'level', 'privilege', 'cmdgroup'];

/** Text of the `ACTION` element before the command ends. */
function actionBehind(text: string, from: number, element: string): string | null {
  const body = text.slice(from, from + BODY);
  const closing = body.indexOf(`</${element}>`);
  const found = /<ACTION\b[^<>]{0,300}>([^<]{1,2000})<\/ACTION>/i.exec(
    closing === -1 ? body : body.slice(0, closing),
  );
  return found?.[1]?.trim() ?? null;
}
