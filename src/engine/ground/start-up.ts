import { Malformed } from '#domain/error';
import { byteOrder } from '#domain/range';
import { type Command, type List, parseShell, type Statement, type Word } from '#engine/ground/shell-syntax';
import { below, nameOfPath, type StartedScript, type Tree } from '#engine/ground/tree';

/** Larger scripts are programs of their own; none of start-up seen is half as large. */
const SIZE_LIMIT = 256 * 1024;

/** Scripts that are followed from start-up. */
const SCRIPTS = 1000;

/** What init runs where no table says otherwise: BusyBox, System V, the BSDs' way. */
const FIRST = ['etc/init.d/rcS', 'etc/rc.d/rcS', 'etc/rcS', 'etc/rc', 'etc/rc.d/rc.sysinit', 'etc/preinit'];

/** Directories whose S-links or S-scripts start-up runs in the order of their numbers. */
const NUMBERED = [
  'etc/rc.d',
  'etc/init.d',
  'etc/rcS.d',
  'etc/rc2.d',
  'etc/rc3.d',
  'etc/rc5.d',
  'etc/rc.d/rc3.d',
];

/** Functions that a service script of the OpenWrt kind is entered by at boot: the first that it has. */
const ENTRIES = ['boot', 'start_service', 'start'];

/** Every script below a root that start-up comes by, in byte order of path. Errs towards too few: what only a test,
 *  a loop or a variable leads to is left out. */
export function startedScripts(tree: Tree, root: string): readonly StartedScript[] {
  const found = new Map<string, StartedScript>();
  const ahead = firstOf(tree, root);
  for (const seen = new Set(ahead); ahead.length > 0 && found.size < SCRIPTS; ) {
    const path = ahead.shift() ?? '';
    const script = scriptAt(tree, path);
    if (script === null) continue;
    found.set(path, script);
    for (const next of script.reached.flatMap(calledBy)) {
      const resolved = tree.resolve(next.path, root);
      if (resolved === null || seen.has(resolved) || (next.run && !tree.runs(resolved))) continue;
      seen.add(resolved);
      ahead.push(resolved);
    }
  }
  return [...found.values()].toSorted((a, b) => byteOrder(a.path, b.path));
}

/** Where start-up begins: the programs of inittab and of systemd's units, and the numbered scripts. */
function firstOf(tree: Tree, root: string): string[] {
  const table = tree.resolve('etc/inittab', root);
  const lines = table === null ? [] : (tree.text(table) ?? '').split('\n');
  const programs = lines.flatMap((line) => {
    const [, , action, process] = /^([^:#]*):[^:]*:([^:]*):(.*)$/.exec(line.trim()) ?? [];
    return process === undefined || /^(ctrlaltdel|shutdown|powerfail|off|restart)/.test(action ?? '')
      ? []
      : [process];
  });
  const wanted = ['etc/systemd/system', 'lib/systemd/system', 'usr/lib/systemd/system'].flatMap((folder) =>
    ['multi-user', 'sysinit', 'basic', 'default'].flatMap((target) =>
      tree.list(below(root, `${folder}/${target}.target.wants`)),
    ),
  );
  const units = wanted.flatMap((unit) => {
    const resolved = tree.resolve(unit.slice(root.length), root);
    return [
      ...((resolved === null ? null : tree.text(resolved)) ?? '').matchAll(
        /^ExecStart(?:Pre|Post)?=[-@:+!]*(.*)$/gm,
      ),
    ].map((match) => match[1] ?? '');
  });
  const numbered = NUMBERED.flatMap((folder) => tree.list(below(root, folder))).filter((path) =>
    /^S\d\d/.test(nameOfPath(path)),
  );
  const paths = [
    ...(programs.length === 0
      ? FIRST
      : programs.flatMap((program) => program.replace(/^-/, '').split(/\s+/).slice(0, 2))),
    ...units.flatMap((unit) => unit.split(/\s+/).slice(0, 2)),
    ...numbered.map((path) => path.slice(root.length)),
  ];
  const resolved = paths.filter((path) => path.includes('/')).map((path) => tree.resolve(path, root));
  return [...new Set(resolved)].filter((path): path is string => path !== null && tree.runs(path));
}

/** A script taken apart; null: no file, too large, no text, or not understood. */
export function scriptAt(tree: Tree, path: string): StartedScript | null {
  const text = tree.text(path);
  if (text === null || text.length > SIZE_LIMIT || text.includes('\0')) return null;
  const key = `${path}\n${text}`;
  const known = tree.parsed.get(key);
  if (known !== undefined) return known;
  const script = takeApart(path, text);
  tree.parsed.set(key, script);
  return script;
}

function takeApart(path: string, text: string): StartedScript | null {
  const marked = /^#![^\n]*/.exec(text)?.[0];
  if (
    marked === undefined ? !/\.sh$|^rc/.test(nameOfPath(path)) : !/\b(?:ba|da|a)?sh\b|rc\.common/.test(marked)
  )
    return null;
  try {
    return { path, text, ...reachedIn(parseShell(text), text) };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Statements outside of every condition: at the top, in the branch `start` of a `case` over an argument, and in the
 *  function a service script is entered by. */
function reachedIn(
  script: List,
  text: string,
): { readonly reached: readonly Statement[]; readonly open: boolean } {
  const service = /^#![^\n]*rc\.common/.test(text);
  const names = script.flatMap((statement) =>
    commandsOf(statement).flatMap((command) => (command.kind === 'function' ? [command.name] : [])),
  );
  const entry = service ? ENTRIES.find((name) => names.includes(name)) : undefined;
  const reached: Statement[] = [];
  /** @returns false when what follows is not reached */
  const walk = (list: List): boolean => {
    for (const statement of list) {
      const commands = commandsOf(statement);
      const [only] = commands;
      const certain = commands.length === 1 && !statement.background;
      if (only?.kind === 'function') {
        // Its end does not end the script around it.
        if (only.name === entry) walk(only.body);
        continue;
      }
      if (certain && only?.kind === 'case' && only.subject.some((piece) => piece.kind === 'variable')) {
        const branch = only.branches.find(({ patterns }) =>
          patterns.some((pattern) => /^(start|boot)$/.test(literal(pattern) ?? '')),
        );
        if (branch !== undefined && !walk(branch.body)) return false;
      } else if (certain && only?.kind === 'group' && !only.subshell) {
        if (!walk(only.body)) return false;
      } else {
        reached.push(statement);
        if (certain && only !== undefined && endsScript(only)) return false;
      }
    }
    return true;
  };
  const open = walk(script);
  return { reached, open };
}

/** `exec > /dev/console` goes on, every other `exec`, `exit` and `return` does not. */
function endsScript(command: Command): boolean {
  if (command.kind !== 'simple') return false;
  const word = literal(command.words[0] ?? []);
  return word === 'exit' || word === 'return' || (word === 'exec' && command.words.length > 1);
}

function commandsOf({ parts }: Statement): readonly Command[] {
  return parts.flatMap(({ pipeline }) => pipeline.commands);
}

interface Called {
  readonly path: string;
  /** True: run as a program, which its mode must allow. */
  readonly run: boolean;
}

/** Files that a statement runs or reads in, where it names them. */
function calledBy(statement: Statement): readonly Called[] {
  return commandsOf(statement).flatMap((command): readonly Called[] => {
    if (command.kind !== 'simple') return [];
    const [program, argument] = command.words.map(literal);
    if (program === null || program === undefined) return [];
    if (/^(\.|source|sh|ash|\/bin\/sh)$/.test(program))
      return argument?.startsWith('/') === true ? [{ path: argument, run: false }] : [];
    return program.startsWith('/') ? [{ path: program, run: true }] : [];
  });
}

/** A word without expansions as text; null: it has some. */
export function literal(word: Word): string | null {
  let text = '';
  for (const piece of word) {
    if (piece.kind !== 'text') return null;
    text += piece.text;
  }
  return text;
}

/** Files that start-up copies over others, by resolved path; what is copied may be laid there only at boot. */
export function copiesAtStart(
  scripts: readonly StartedScript[],
  tree: Tree,
  root: string,
): readonly { readonly from: string; readonly to: string }[] {
  return scripts
    .flatMap(({ reached }) => reached.flatMap(commandsOf))
    .flatMap((command) => {
      if (command.kind !== 'simple') return [];
      const words = command.words.map(literal);
      if (words[0] === null || !/^(?:\/bin\/)?cp$/.test(words[0] ?? '')) return [];
      const [from, to, more] = words.slice(1).filter((word) => word?.startsWith('-') !== true);
      if (typeof from !== 'string' || typeof to !== 'string' || more !== undefined) return [];
      const source = tree.resolve(from, root);
      const target = tree.aim(to, root);
      if (source === null || target === null) return [];
      const inside = to.endsWith('/') || tree.isDirectory(target);
      return [{ from: source, to: inside ? `${target}/${nameOfPath(from)}` : target }];
    });
}
