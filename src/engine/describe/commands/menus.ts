import {
  asWritten,
  readShell,
  type ShellCase,
  type ShellCommand,
  type ShellNode,
  type ShellWord,
} from '#engine/bytes/shell';
import { visitNodes } from '#engine/bytes/shell-walk';
import { type Defined, opensShell, shownCommand } from '#engine/describe/commands/defined';

/** Choices that must stand in what a script prints before the others count as left out. */
const SHOWN_LEAST = 2;

/** Commands of menus and restricted shells that are scripts: what somebody types is read and held against names. A name that
 *  nothing the script prints contains is left out of its help.
 *  @param bytes  a script of a shell */
export function inMenus(bytes: Uint8Array): readonly Defined[] {
  const script = readShell(bytes);
  const typed = new Set(['SSH_ORIGINAL_COMMAND']);
  const printed: string[] = [];
  const choices: ShellCase[] = [];
  visitNodes(script.body, (node, around) => {
    if (node.kind === 'for' && script.text.startsWith('select', node.range[0])) typed.add(node.variable);
    if (node.kind === 'case') choices.push(node);
    if (node.kind !== 'command') return;
    const [program = '', ...words] = node.words.map(asWritten);
    const text = words.join(' ');
    if (program === 'read') for (const name of readNames(node, words, around)) typed.add(name);
    for (const { name, value } of node.assignments)
      if (value !== null && namesTyped(value, typed)) typed.add(name);
    if (/(?:^|\/)(?:echo|printf|cat)$/.test(program)) printed.push(text);
    if (program === 'read' && /-[a-z]*p/.test(text)) printed.push(text);
  });
  printed.push(...documentsOf(script.text));
  const said = ` ${printed.join('\n').toLowerCase()} `;
  return choices.flatMap((choice) =>
    namesTyped(choice.subject, typed) ? commandsOf(choice, said, script.text) : [],
  );
}

/** Variables that hold what somebody types. A `read` that feeds a loop, from a file or a pipe, reads lines instead, unless it
 *  prompts. */
function readNames(
  node: ShellCommand,
  words: readonly string[],
  around: readonly ShellNode[],
): readonly string[] {
  const prompts = words.some((word) => /^-[a-z]*p/.test(word));
  const feeds = around.some(
    (outer) =>
      outer.kind === 'pipeline' || (outer.kind === 'loop' && node.range[0] < outer.conditionRange[1]),
  );
  if ((feeds || node.redirections.length > 0) && !prompts) return [];
  return words
    .filter((word, i) => /^[A-Za-z_]\w*$/.test(word) && !/^-[a-z]*[ptndu]$/.test(words[i - 1] ?? ''))
    .slice(0, 1);
}

function namesTyped(word: ShellWord, typed: ReadonlySet<string>): boolean {
  return word.parts.some(
    (part) =>
      (part.kind === 'variable' && typed.has(part.name)) ||
      (part.kind === 'substitution' &&
        [...part.written.slice(0, 300).matchAll(/\$\{?([A-Za-z_]\w*)/g)].some(([, name = '']) =>
          typed.has(name),
        )),
  );
}

/** Bodies of here-documents: menus are often printed from one. */
function documentsOf(text: string): readonly string[] {
  return [...text.matchAll(/<<-?\s{0,4}["']?(\w{1,32})["']?[^\n]{0,200}\n([^]{0,4000})/g)].map(
    ([, delimiter = '', body = '']) => {
      const end = body.search(new RegExp(String.raw`^\t*${delimiter}\s*$`, 'm'));
      return end === -1 ? '' : body.slice(0, end);
    },
  );
}

function commandsOf(choice: ShellCase, said: string, text: string): readonly Defined[] {
  const arms = choice.arms.flatMap(({ patterns, body }) => {
    const names = patterns.filter(isName).map(asWritten);
    return names.length === 0 ? [] : [{ names, patterns, body }];
  });
  const isShown = (name: string): boolean =>
    new RegExp(String.raw`(?<![\w-])${escaped(name.toLowerCase())}(?![\w-])`).test(said);
  const shown = arms.filter(({ names }) => names.some(isShown)).length;
  if (shown < SHOWN_LEAST) return [];
  return arms.map(({ names, patterns, body }): Defined => {
    const runs = runsOf(body, text);
    const [first] = patterns;
    return {
      shell: 'script',
      name: shownCommand(names.join(' | ')),
      hidden: !names.some(isShown) && !isUsual(names),
      runs,
      opensShell: body.length > 0 && opensShell(text.slice(body[0]?.range[0], body.at(-1)?.range[1])),
      privilege: null,
      range: [
        first?.range[0] ?? choice.range[0],
        body.at(-1)?.range[1] ?? first?.range[1] ?? choice.range[1],
      ],
    };
  });
}

function isName(pattern: ShellWord): boolean {
  return pattern.parts.every(({ kind }) => kind === 'text') && /^[\w.:-]{1,40}$/.test(asWritten(pattern));
}

/** Answers that nobody prints: yes and no, help, leaving. */
function isUsual(names: readonly string[]): boolean {
  return names.some((name) =>
    /^(?:y|n|yes|no|j|ja|q|x|h|quit|exit|bye|logout|end|help|\?|true|false|on|off|ok|\d)$/i.test(name),
  );
}

function runsOf(body: readonly ShellNode[], text: string): string | null {
  const [first] = body;
  return first === undefined ? null : shownCommand(text.slice(first.range[0], body.at(-1)?.range[1]));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
