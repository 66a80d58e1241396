import type { ByteRange } from '#domain/range';
import {
  asWritten,
  readShell,
  type ShellCase,
  type ShellChain,
  type ShellCommand,
  type ShellFor,
  type ShellIf,
  type ShellLoop,
  type ShellNode,
} from '#engine/bytes/shell';
import { interpreterOf } from '#engine/bytes/interpreter';
import { type Launch, launchOf, SHELLS } from '#engine/bytes/shell-launch';
import {
  type Call,
  isNewWay,
  locate,
  mergeCalls,
  type Reader,
  scriptOf,
  WAYS,
} from '#engine/describe/start-up/reader';
import {
  type Defined,
  type Flow,
  freshRun,
  lineOf,
  noteMount,
  notePath,
  outOfLoop,
  type Run,
  scopeOf,
  setArguments,
  subshellOf,
  unsure,
  valuesOf,
  withoutUnset,
  written,
} from '#engine/describe/start-up/run';
import { baseName, type Context, under, unreached } from '#engine/describe/start-up/starts';
import { combine, truthOf } from '#engine/describe/start-up/tests';
import { baseOf, fits, matchesOf, type SystemFile } from '#engine/describe/start-up/tree';
import { UTILITIES } from '#engine/describe/start-up/utilities';
import { type Argument, argumentsOf, constantsOf, patternOf, textOf } from '#engine/bytes/shell-values';
import { wordsOf } from '#engine/bytes/shell-walk';

/** Scripts that call scripts. */
const SCRIPT_DEPTH = 16;

/** Functions that call functions, files that source files. */
const CALL_DEPTH = 32;

/** Values one loop goes through. */
const ROUNDS = 256;

/** Names of functions kept for one tree. */
const FUNCTIONS = 50_000;

/** Nodes looked at in one tree. */
const STEPS = 500_000;

/** Rounds of all loops of one tree; after them a loop is gone through once. */
const ALL_ROUNDS = 20_000;

/** Text that start-up runs though it is no file of its own: the process of an inittab line, an ExecStart. */
export interface Piece {
  readonly file: SystemFile;
  /** The line it stands on. */
  readonly range: ByteRange;
  readonly context: Context;
}

/** Reads scripts until none waits. */
export function readWaiting(reader: Reader): void {
  for (let next = reader.waiting.shift(); next !== undefined; next = reader.waiting.shift()) {
    readCall(reader, next);
  }
}

/** Runs text that stands on one line of some file. */
export function runText(reader: Reader, text: string, piece: Piece): void {
  const script = readShell(Buffer.from(text, 'latin1'));
  const run: Run = { ...freshRun(reader, piece.file, constantsOf(script), []), script, line: piece.range };
  walk(script.body, run, piece.context);
}

/** Starts one program whose arguments are already apart. */
export function runArguments(reader: Reader, words: readonly string[], piece: Piece): void {
  const none = constantsOf({ text: '', body: [], cut: null });
  const run: Run = { ...freshRun(reader, piece.file, none, []), line: piece.range };
  const args = words.map((text) => ({ text, known: /[$`]/.test(text) ? null : text, pattern: false }));
  launch(args, run, piece.context, piece.range);
}

// --- files

function readCall(reader: Reader, { path, args, context, depth }: Call): void {
  const file = reader.system.file(path);
  const read = file === null ? null : scriptOf(reader, file);
  if (file === null || read === null) return;
  const certain = context.reached && context.conditions.length === 0;
  if (!isNewWay(reader, `${file.path}\0${JSON.stringify(args)}`, file.path, context)) return;
  if (context.reached) reader.reachedFiles.add(file.path);
  const linked = reader.system.linkAt(path) === null ? [] : [path.replace(/^\/+/, '')];
  const chain = [...context.chain, ...linked.filter((link) => link !== file.path), file.path];
  const here: Context = { ...context, chain: chain.slice(0, SCRIPT_DEPTH * 2) };
  const run: Run = { ...freshRun(reader, file, read.constants, args), script: read.script, depth };
  const bytes = reader.system.text(file);
  const interpreter = (bytes === null ? null : interpreterOf(bytes))?.map(baseOf) ?? [];
  walk(read.script.body, run, here);
  if (interpreter.includes('rc.common')) runRcCommon(run, here);
  else if (interpreter.includes('openrc-run') || interpreter.includes('runscript')) runOpenrc(run, here);
  closeInstance(run);
  if (certain || !context.reached) walkUncalled(run, here);
}

/** Functions that nothing called are described too, as not reached. */
function walkUncalled(run: Run, context: Context): void {
  for (const [name, { node, called, run: own }] of run.functions) {
    if (called.size > 0 || own.file !== run.file) continue;
    const inner: Run = { ...own, arguments: { list: null }, calls: CALL_DEPTH - 1 };
    walk(node.body, inner, under(unreached(context), `function ${name}`));
    closeInstance(inner);
  }
}

/** OpenWrt's rc.common: reads the script, then calls the function the first argument names.
 *  `boot` is `start` unless the script has its own; with procd `start` runs `start_service`. */
function runRcCommon(run: Run, context: Context): void {
  const { functions } = run;
  const service = functions.get('start_service');
  if (service !== undefined && !functions.has('start')) functions.set('start', service);
  const asked = run.arguments.list?.[0];
  const action = asked === undefined || asked === null ? 'start' : asked;
  const name = action === 'boot' && functions.has('boot') ? 'boot' : BEGINS.has(action) ? 'start' : action;
  for (const wanted of BEGINS.has(action) ? [name, 'service_started'] : [name]) {
    const found = functions.get(wanted);
    if (found !== undefined) callFunction(found, [], run, context);
  }
}

const BEGINS = new Set(['boot', 'start', 'restart', 'reload']);

/** OpenRC starts what `command` names unless the script has a `start` of its own. */
function runOpenrc(run: Run, context: Context): void {
  const start = run.functions.get('start');
  if (start !== undefined) {
    callFunction(start, [], run, context);
    return;
  }
  const node = run.script.body.find(
    (candidate) =>
      candidate.kind === 'command' && candidate.assignments.some(({ name }) => name === 'command'),
  );
  if (node === undefined) return;
  const scope = scopeOf(run);
  const value = (name: string) => {
    const word = run.constants.shown.get(name);
    return word === undefined ? null : textOf(word, scope);
  };
  const command = value('command');
  if (command === null) return;
  const args =
    value('command_args')
      ?.text.split(/\s+/)
      .filter((text) => text !== '') ?? [];
  const user = value('command_user')?.text.split(':')[0] ?? context.user;
  const words = args.map((text) => ({ text, known: text, pattern: false }));
  launch([command, ...words], run, { ...context, by: 'openrc', user }, lineOf(node.range, run));
}

// --- nodes

function walk(nodes: readonly ShellNode[], run: Run, context: Context): Flow {
  let here = context;
  let ended: Flow = null;
  for (const node of nodes) {
    if (++run.reader.steps > STEPS) break;
    const flow = walkNode(node, run, here);
    if (flow === null) continue;
    here = flow.sure ? unreached(here) : under(here, flow.why);
    if (ended === null || (!ended.sure && flow.sure)) ended = flow;
  }
  return ended;
}

function walkNode(node: ShellNode, run: Run, context: Context): Flow {
  switch (node.kind) {
    case 'command':
      return walkCommand(node, run, context);
    case 'chain':
      return walkChain(node, run, context);
    case 'pipeline': {
      const [only] = node.parts;
      if (node.parts.length === 1 && only !== undefined) return walkNode(only, run, context);
      for (const part of node.parts) walkNode(part, subshellOf(run), context);
      return null;
    }
    case 'if':
      return walkIf(node, run, context);
    case 'loop':
      return walkLoop(node, run, context);
    case 'for':
      return walkFor(node, run, context);
    case 'case':
      return walkCase(node, run, context);
    case 'group':
      if (!node.subshell) return walk(node.body, run, context);
      walk(node.body, subshellOf(run), context);
      return null;
    case 'function':
      if (run.reader.functions.size < FUNCTIONS) run.reader.functions.add(node.name);
      run.functions.set(node.name, { node, run, called: new Map() });
      return null;
  }
}

function walkChain(node: ShellChain, whole: Run, context: Context): Flow {
  const run = node.background ? subshellOf(whole) : whole;
  const { system } = run.reader;
  let flow = walkNode(node.first, run, context);
  let truth = truthOf([node.first], scopeOf(run), system);
  let last: ShellNode = node.first;
  for (const link of node.rest) {
    const needed = link.operator === '&&';
    const before = written(run, [node.range[0], last.range[1]]);
    const here =
      truth === needed
        ? context
        : truth === null
          ? under(context, `${before} ${link.operator}`)
          : unreached(context);
    const own = walkNode(link.node, run, here);
    if (truth === needed) flow = own ?? flow;
    else if (truth === null) flow ??= unsure(own, written(run, node.range));
    truth = combine(link.operator, truth, truthOf([link.node], scopeOf(run), system));
    last = link.node;
  }
  return node.background ? null : flow;
}

function walkIf(node: ShellIf, run: Run, context: Context): Flow {
  const before = run.reader.waiting.length;
  const flow = walkBranches(node, run, context);
  if (node.otherwise !== null && node.branches.length === 1) mergeCalls(run.reader, before, context);
  return flow;
}

function walkBranches(node: ShellIf, run: Run, context: Context): Flow {
  let here = context;
  let maybe: Flow = null;
  let allLeave = true;
  for (const [i, branch] of node.branches.entries()) {
    walk(branch.condition, run, here);
    const truth = truthOf(branch.condition, scopeOf(run), run.reader.system);
    const condition = `${i === 0 ? 'if' : 'elif'} ${written(run, branch.conditionRange)}`;
    if (truth === false) {
      walk(branch.body, run, unreached(here));
      continue;
    }
    const flow = walk(branch.body, run, truth === true ? here : under(here, condition));
    if (flow?.sure !== true) allLeave = false;
    if (truth === true) {
      here = unreached(here);
      if (flow !== null) maybe ??= flow;
      continue;
    }
    maybe ??= unsure(flow, `${condition}; then ... ${flow?.why ?? ''}`);
    here = under(here, `else of ${condition}`);
  }
  if (node.otherwise === null) {
    if (here.reached || !context.reached) allLeave = false;
  } else {
    const flow = walk(node.otherwise, run, here);
    if (here.reached && flow?.sure !== true) allLeave = false;
    if (here.reached) maybe ??= unsure(flow, `else ... ${flow?.why ?? ''}`);
  }
  return maybe === null ? null : { ...maybe, sure: allLeave };
}

function walkLoop(node: ShellLoop, run: Run, context: Context): Flow {
  walk(node.condition, run, context);
  const truth = truthOf(node.condition, scopeOf(run), run.reader.system);
  const condition = `${node.until ? 'until' : 'while'} ${written(run, node.conditionRange)}`;
  const enters = node.until ? truth === false : truth === true;
  const never = node.until ? truth === true : truth === false;
  const here = enters ? context : never ? unreached(context) : under(context, condition);
  return outOfLoop(walk(node.body, run, here), `${condition}; do ... done`);
}

function walkFor(node: ShellFor, run: Run, context: Context): Flow {
  const values = node.words === null ? (run.arguments.list ?? [null]) : valuesOf(node, run);
  const head = `for ${node.variable} in ${node.words?.map((word) => written(run, word.range)).join(' ') ?? '"$@"'}`;
  if (values.length === 0) {
    walk(node.body, run, under(context, head));
    return null;
  }
  let flow: Flow = null;
  for (const value of values.slice(0, ROUNDS)) {
    if (++run.reader.rounds > ALL_ROUNDS && value !== values[0]) break;
    const bound = new Map(run.bound);
    if (value === null) bound.delete(node.variable);
    else bound.set(node.variable, value);
    const own = walk(node.body, { ...run, bound }, value === null ? under(context, head) : context);
    flow ??= outOfLoop(own, head);
  }
  return flow;
}

function walkCase(node: ShellCase, run: Run, context: Context): Flow {
  const scope = scopeOf(run);
  const subject = textOf(node.subject, scope).known;
  let flow: Flow = null;
  let taken = false;
  let allLeave = true;
  for (const arm of node.arms) {
    const patterns = arm.patterns.map((word) => textOf(word, scope));
    const unknown = subject === null || patterns.some(({ known }) => known === null);
    const matches = !unknown && patterns.some(({ known }) => fits(subject, known ?? ''));
    const condition = `case ${asWritten(node.subject)} in ${arm.patterns.map(asWritten).join('|')})`;
    const here =
      taken || (!unknown && !matches) ? unreached(context) : matches ? context : under(context, condition);
    const own = walk(arm.body, run, here);
    if (matches && !taken) flow = flow === null ? own : unsure(own ?? flow, condition);
    else if (unknown && !taken) flow ??= unsure(own, `${condition} ... ${own?.why ?? ''}`);
    if (own?.sure !== true && !(taken || (!unknown && !matches))) allLeave = false;
    if (matches) taken = true;
  }
  return flow === null ? null : { ...flow, sure: flow.sure || (taken && allLeave) };
}

// --- commands

function walkCommand(node: ShellCommand, run: Run, context: Context): Flow {
  for (const { parts } of wordsOf(node)) {
    for (const part of parts) if (part.kind === 'substitution') walk(part.body, subshellOf(run), context);
  }
  const scope = scopeOf(run);
  notePath(node, run);
  const redirected = node.redirections
    .filter(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(asWritten(target)))
    .flatMap(({ operator, target }): Argument[] => [
      { text: operator, known: operator, pattern: false },
      textOf(target, scope),
    ]);
  const args = [...node.words.flatMap((word) => argumentsOf(word, scope)), ...redirected];
  const [first, ...rest] = args;
  if (first === undefined) return null;
  const name = first.known;
  const leaving = name === null ? null : leavesBy(name);
  if (leaving !== null) return { leaves: leaving, sure: true, why: written(run, node.range) };
  const range = lineOf(node.range, run);
  const defined = name === null ? undefined : run.functions.get(name);
  if (defined !== undefined) return callFunction(defined, rest, run, context);
  if (name !== null && runBuiltin(name, rest, run, context, range)) return null;
  callBacks(name, rest, node, run, context);
  launch(args, run, context, range);
  followPattern(node, run, context);
  // nothing after `exec program` runs
  return name === 'exec' && rest.length > 0
    ? { leaves: 'script', sure: true, why: written(run, node.range) }
    : null;
}

function leavesBy(name: string): 'script' | 'function' | 'loop' | null {
  if (name === 'exit') return 'script';
  if (name === 'return') return 'function';
  return name === 'break' || name === 'continue' ? 'loop' : null;
}

/** What the shell itself does, as far as it matters here. True: nothing more is to be done. */
function runBuiltin(
  name: string,
  args: readonly Argument[],
  run: Run,
  context: Context,
  range: ByteRange,
): boolean {
  switch (name) {
    case '.':
    case 'source':
      readSourced(args, run, context);
      return true;
    case 'eval': {
      runNested(args.map(({ text }) => text).join(' '), run, context, range);
      return true;
    }
    case 'shift': {
      const by = Number(args[0]?.known ?? '1');
      const { list } = run.arguments;
      run.arguments.list = list !== null && Number.isInteger(by) && by >= 0 ? list.slice(by) : null;
      return true;
    }
    case 'set':
      setArguments(args, run);
      return true;
    case 'procd_open_instance':
    case 'procd_close_instance':
      closeInstance(run);
      return true;
    case 'procd_set_param':
    case 'procd_append_param':
      tellProcd(name === 'procd_append_param', args, run, context, range);
      return true;
    case 'mount':
      noteMount(args, run, context);
      return true;
    default:
      return false;
  }
}

/** A sourced file runs in the same shell: what it defines is there afterwards. */
function readSourced(args: readonly Argument[], run: Run, context: Context): void {
  const path = args[0]?.known ?? withoutUnset(args[0]?.text ?? '', run);
  const { reader } = run;
  if (path === null || run.calls >= CALL_DEPTH) return;
  const file = reader.system.file(path);
  const read = file === null ? null : scriptOf(reader, file);
  if (file === null || read === null || file.path === run.file.path) return;
  const own: Run = {
    ...run,
    file,
    script: read.script,
    constants: read.constants,
    line: null,
    calls: run.calls + 1,
  };
  if (context.reached) reader.reachedFiles.add(file.path);
  const chain = context.chain.at(-1) === file.path ? context.chain : [...context.chain, file.path];
  const here = { ...context, chain: chain.slice(0, SCRIPT_DEPTH * 2) };
  if (isNewWay(reader, `${file.path}\0sourced`, file.path, context)) walk(read.script.body, own, here);
  else for (const node of read.script.body) if (node.kind === 'function') walkNode(node, own, here);
}

/** Text inside text, such as `sh -c '…'`: everything stands on the line of the outer command. */
function runNested(text: string, run: Run, context: Context, range: ByteRange): void {
  if (run.calls >= CALL_DEPTH || (run.line !== null && run.calls > 4)) return;
  const script = readShell(Buffer.from(text, 'latin1'));
  const own: Run = {
    ...subshellOf(run),
    script,
    constants: constantsOf(script),
    line: range,
    calls: run.calls + 1,
  };
  walk(script.body, own, context);
}

function callFunction(defined: Defined, args: readonly Argument[], run: Run, context: Context): Flow {
  if (run.calls >= CALL_DEPTH) return null;
  const list = args.map(({ known }) => known);
  const key = JSON.stringify([list, context.reached, context.conditions]);
  const before = defined.called.get(key);
  if (before !== undefined) return before;
  if (defined.called.size >= WAYS) return null;
  defined.called.set(key, null);
  const own: Run = {
    ...defined.run,
    functions: run.functions,
    bound: run.bound,
    arguments: { list },
    instance: run.instance,
    depth: run.depth,
    calls: run.calls + 1,
  };
  const chain = context.chain.includes(own.file.path) ? context.chain : [...context.chain, own.file.path];
  const flow = walk(defined.node.body, own, { ...context, chain });
  const left = flow?.leaves === 'script' ? flow : null;
  defined.called.set(key, left);
  return left;
}

/** A function named to a command (`config_foreach start_one …`) may be called by it. */
function callBacks(
  name: string | null,
  args: readonly Argument[],
  node: ShellCommand,
  run: Run,
  context: Context,
): void {
  if (name === null || name.includes('/') || UTILITIES.has(name) || locate(name, run.reader) !== null) return;
  for (const { known } of args) {
    const defined = known === null ? undefined : run.functions.get(known);
    if (defined === undefined) continue;
    const unknown: Argument = { text: '$1', known: null, pattern: false };
    callFunction(defined, [unknown], run, under(context, written(run, node.range)));
  }
}

// --- procd

/** `procd_set_param command prog args…`, later `procd_append_param command args…`. */
function tellProcd(
  appends: boolean,
  args: readonly Argument[],
  run: Run,
  context: Context,
  range: ByteRange,
): void {
  const [what, ...values] = args;
  const { open } = run.instance;
  if (what?.known === 'command' && !appends) {
    closeInstance(run);
    run.instance.open = { range, file: run.file, context, command: values, user: null };
  } else if (what?.known === 'command' && open !== null) open.command = [...open.command, ...values];
  else if (what?.known === 'user' && open !== null) open.user = values[0]?.text ?? null;
}

function closeInstance(run: Run): void {
  const { open } = run.instance;
  run.instance.open = null;
  if (open === null) return;
  const context = { ...open.context, by: 'procd', user: open.user ?? open.context.user };
  launch(open.command, { ...run, file: open.file }, context, open.range);
}

// --- programs

function launch(args: readonly Argument[], run: Run, context: Context, range: ByteRange): void {
  const started = launchOf(args);
  const user = started.user ?? context.user;
  const here = user === context.user ? context : { ...context, user };
  if (started.script !== null) {
    runNested(started.script, run, here, range);
    return;
  }
  const { program } = started;
  if (program === null || program.text === '') return;
  if (isUtility(program)) return;
  if (runService(started, run, here)) return;
  run.reader.starts.add({
    file: run.file,
    range,
    program: program.text,
    arguments: started.arguments.map(({ text }) => text),
    context: here,
    applet: started.applet,
  });
  follow(started, run, here);
}

function isUtility({ known }: Argument): boolean {
  return known !== null && UTILITIES.has(baseName(known));
}

/** Goes on in a script that is called, or given to a shell. */
function follow({ program, arguments: args }: Launch, run: Run, context: Context): void {
  if (program?.known === null || program === null || run.depth >= SCRIPT_DEPTH || !context.reached) return;
  const isInterpreter = SHELLS.has(baseName(program.known));
  const at = isInterpreter ? args.findIndex(({ text }) => !text.startsWith('-')) : -1;
  const script = isInterpreter ? args[at] : program;
  if (script === undefined || script.known === null) return;
  const path = locate(script.known, run.reader);
  // a script that calls itself is read already
  if (path === null || run.reader.system.file(path)?.path === run.file.path) return;
  const given = args.slice(isInterpreter ? at + 1 : 0).map(({ known }) => known);
  // what a line of inittab calls is a script of its own
  const by = context.by === 'inittab' || context.by === 'procd' ? 'rc' : context.by;
  run.reader.waiting.push({ path, args: given, context: { ...context, by }, depth: run.depth + 1 });
}

/** `sh /etc/init.d/rc$i`: any script of that folder whose name fits may be meant. */
function followPattern(node: ShellCommand, run: Run, context: Context): void {
  if (!context.reached || run.depth >= SCRIPT_DEPTH) return;
  const scope = scopeOf(run);
  const [first, second] = node.words;
  if (first === undefined) return;
  const name = textOf(first, scope).known;
  const given =
    name !== null && (SHELLS.has(baseName(name)) || name === '.' || name === 'source' || name === 'exec');
  const word = name === null ? first : given ? second : undefined;
  const pattern = word === undefined || textOf(word, scope).known !== null ? null : patternOf(word, scope);
  if (pattern === null || !/^(?:\/[^*?[/]+)+\/[^/]*[^*/][^/]*$/.test(pattern)) return;
  for (const path of matchesOf(run.reader.system, pattern).slice(0, PATTERN_LIMIT)) {
    if (path === `/${run.file.path}`) continue;
    const here = under(context, written(run, node.range));
    run.reader.waiting.push({ path, args: null, context: { ...here, by: 'rc' }, depth: run.depth + 1 });
  }
}

/** Scripts that one path with a variable may stand for. */
const PATTERN_LIMIT = 128;

/** `service NAME start`, `systemctl start UNIT`: names that other conventions look up. */
function runService({ program, arguments: args }: Launch, run: Run, context: Context): boolean {
  const name = baseName(program?.known ?? '');
  const words = args.filter(({ text }) => !text.startsWith('-')).map(({ known }) => known);
  if (name === 'service' || name === 'invoke-rc.d' || name === 'rc-service') {
    const [wanted, action] = words;
    if (wanted === null || wanted === undefined) return false;
    const path = `/etc/init.d/${wanted}`;
    if (context.reached && run.depth < SCRIPT_DEPTH)
      run.reader.waiting.push({ path, args: [action ?? null], context, depth: run.depth + 1 });
    return true;
  }
  if (name !== 'systemctl' || (words[0] !== 'start' && words[0] !== 'restart')) return false;
  for (const unit of words.slice(1, 9))
    if (unit !== null && context.reached && run.reader.units.length < 256)
      run.reader.units.push({ name: unit.includes('.') ? unit : `${unit}.service`, context });
  return true;
}
