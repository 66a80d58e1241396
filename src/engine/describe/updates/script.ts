import type { UpdateCheck } from '#domain/observed-access';
import type { ByteRange } from '#domain/range';
import type { Script, ShellCommand, ShellNode } from '#engine/bytes/shell';
import { asWritten } from '#engine/bytes/shell';
import { launchOf, SHELLS } from '#engine/bytes/shell-launch';
import { argumentsOf, constantsOf, type Scope, textOf } from '#engine/bytes/shell-values';
import { visitNodes } from '#engine/bytes/shell-walk';
import {
  type Call,
  type Check,
  checks,
  type Fetch,
  fetches,
  installs,
  skips,
} from '#engine/describe/updates/installers';

/** One thing that a script installs. */
export interface Installed {
  readonly installs: string;
  readonly origin: string | null;
  readonly check: UpdateCheck;
  readonly checkedBy: string | null;
  readonly skippable: boolean;
  readonly range: ByteRange;
}

/** Files and folders of one script that are followed. */
const FOLLOWED = 1000;

/** Everything that a script installs, with where it came from and what is checked anywhere in the script. */
export function installedBy(script: Script, path: string): readonly Installed[] {
  const steps = stepsOf(script, path);
  const found = new Map<string, Installed>();
  const fetched = new Files();
  const verdict = verdictOf(steps, script);
  for (const step of steps) {
    const call = step.call;
    const fetch = fetches(call);
    if (fetch !== null && fetch.file !== null) fetched.add(fetch.file, fetch, skips(call));
    const run = runOf(step, fetched);
    const install = run === null ? installs(call) : null;
    if (run !== null) note(found, `run by ${run.by}`, run.from, verdict, step, call);
    else if (install !== null)
      note(found, install.what, fetchedOf(step, install.words, fetched), verdict, step, call);
    else {
      const unpacked = unpackedBy(step, fetched);
      if (unpacked !== null) note(found, unpacked.what, unpacked.from, verdict, step, call);
      fetched.follow(call);
    }
  }
  return [...found.values()];
}

/** What was fetched is unpacked where it stays. */
function unpackedBy(step: Step, files: Files): { readonly what: string; readonly from: Origin } | null {
  const { program, args } = step.call;
  const at = args.findIndex((word) => /^-[Cd]$|^--directory$/.test(word));
  const folder = at === -1 ? '' : (args[at + 1] ?? '');
  if (!/^(?:tar|unzip)$/.test(program) || !/^\/(?!tmp\b|var\b|run\b|dev\b|mnt\b)/.test(folder)) return null;
  const from = fetchedOf(step, args, files);
  return from === null ? null : { what: `${program} ${args[at] ?? ''} ${folder}`, from };
}

function note(
  found: Map<string, Installed>,
  what: string,
  from: Origin | null,
  verdict: Verdict,
  step: Step,
  call: Call,
): void {
  const isLoose = skips(call) || from?.loose === true || verdict.ignored;
  const isFixed = from === null ? installOrigin(call) : from.fetch.origin;
  found.set(`${what} ${isFixed ?? ''}`, {
    installs: what.slice(0, 80),
    origin: isFixed,
    check: verdict.check,
    checkedBy: verdict.by,
    skippable: isLoose,
    range: step.node.range,
  });
}

/** An address given to the installer itself, as `sysupgrade http://…` allows. */
function installOrigin({ args }: Call): string | null {
  const address = args.find((word) => /^[a-z]+:\/\/\S+/i.test(word));
  return address === undefined
    ? null
    : address.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, '');
}

interface Step {
  readonly node: ShellCommand;
  readonly call: Call;
  readonly around: readonly ShellNode[];
  /** What the pipeline gives it; empty: nothing. */
  readonly before: readonly Call[];
}

function stepsOf(script: Script, path: string): readonly Step[] {
  const scope: Scope = { constants: constantsOf(script), bound: new Map(), args: null, self: path };
  const steps: Step[] = [];
  const calls = new Map<ShellNode, Call>();
  const callOf = (node: ShellNode): Call | null => {
    if (node.kind !== 'command') return null;
    const known = calls.get(node) ?? readCall(node, scope);
    calls.set(node, known);
    return known;
  };
  visitNodes(script.body, (node, around) => {
    const call = callOf(node);
    if (node.kind !== 'command' || call === null) return;
    const line = around.findLast((outer) => outer.kind === 'pipeline');
    const at = line?.parts.findIndex((part) => part === node || around.includes(part)) ?? 0;
    const before = line?.parts.slice(0, Math.max(0, at)).flatMap((part) => callOf(part) ?? []) ?? [];
    steps.push({ node, call, around, before });
  });
  return steps;
}

function readCall(node: ShellCommand, scope: Scope): Call {
  const {
    program,
    arguments: args,
    applet,
  } = launchOf(node.words.flatMap((word) => argumentsOf(word, scope)));
  const written = program?.text ?? '';
  const targets = (form: RegExp): readonly string[] =>
    node.redirections
      .filter(({ operator }) => form.test(operator))
      .map(({ target }) => textOf(target, scope).text);
  return {
    program: applet || !/[$`]/.test(written) ? written.slice(written.lastIndexOf('/') + 1) : written,
    args: args.map(({ text }) => text),
    into: targets(/^1?>>?\|?$/),
    from: targets(/^<$/),
  };
}

// --- where files come from

interface Origin {
  readonly fetch: Fetch;
  /** Fetched without asking who answers. */
  readonly loose: boolean;
}

/** Commands whose result is as trustworthy as what they are given. */
const TURNS = new Set(
  'tar gunzip gzip zcat bunzip2 bzcat xz xzcat unxz unzip lzma unlzma mv cp cat dd openssl split head tail cut sed base64 ln install aescrypt'.split(
    ' ',
  ),
);

/** Files of a script that were fetched, or made of what was fetched. */
class Files {
  private readonly known = new Map<string, Origin>();
  private unpackedHere: Origin | null = null;

  add(file: string, fetch: Fetch, loose: boolean): void {
    if (this.known.size < FOLLOWED && file.length < 300) this.known.set(file, { fetch, loose });
  }

  of(word: string): Origin | null {
    const direct = this.known.get(word);
    if (direct !== undefined) return direct;
    for (let slash = word.lastIndexOf('/'); slash > 0; slash = word.lastIndexOf('/', slash - 1)) {
      const folder = this.known.get(word.slice(0, slash));
      if (folder !== undefined) return folder;
    }
    return /^[./]*[A-Za-z0-9_]/.test(word) && !word.startsWith('/') && !/^\W?\d*$/.test(word)
      ? this.unpackedHere
      : null;
  }

  /** Notes what a command makes of files that were fetched. */
  follow({ program, args, into, from }: Call): void {
    if (!TURNS.has(program) || (program === 'openssl' && !args.includes('-out'))) return;
    const words = [...args, ...from].map((word) => word.replace(/^(?:if|of)=/, ''));
    const origin = words.map((word) => this.known.get(word) ?? null).find((each) => each !== null);
    if (origin === undefined) return;
    const made = [...words.filter((word) => /[/.$]/.test(word) && !word.startsWith('-')), ...into];
    for (const file of made) {
      const name = file.replace(/\.(?:gz|bz2|xz)$/, '');
      if (this.known.size < FOLLOWED && !this.known.has(name)) this.known.set(name, origin);
    }
    if ((program === 'tar' || program === 'unzip') && !args.some((word) => /^-[Cd]|^--directory/.test(word)))
      this.unpackedHere = origin;
  }
}

/** What an installer is given: through the pipeline, or a file that was fetched. */
function fetchedOf({ before, call }: Step, words: readonly string[], files: Files): Origin | null {
  for (const part of before) {
    const fetch = fetches(part);
    if (fetch !== null) return { fetch, loose: skips(part) };
    const made = [...part.args, ...part.from].map((word) => files.of(word)).find((origin) => origin !== null);
    if (made !== undefined) return made;
  }
  return [...words, ...call.from].map((word) => files.of(word)).find((origin) => origin !== null) ?? null;
}

// --- what was fetched is run

interface Run {
  readonly by: string;
  readonly from: Origin;
}

/** `fetch | sh`, `sh -c "$(fetch)"`, `. file`, `sh file`, `file`. */
function runOf(step: Step, files: Files): Run | null {
  const { call, before, node } = step;
  const { program, args } = call;
  const isShell = SHELLS.has(program) || /^(?:python[\d.]*|perl|php|lua)$/.test(program);
  if (isShell && before.length > 0 && args.every((word) => word.startsWith('-'))) {
    const piped = fetchedOf(step, [], files);
    if (piped !== null) return { by: program, from: piped };
  }
  if (isShell || /^(?:\.|source|eval)$/.test(program)) {
    const inner = insideOf(node);
    if (inner !== null) return { by: program, from: inner };
    const file = args.find((word) => !word.startsWith('-'));
    const from = file === undefined ? null : files.of(file);
    return from === null ? null : { by: program, from };
  }
  const written = node.words[0] === undefined ? '' : asWritten(node.words[0]);
  const from = /[/$]/.test(written) ? files.of(written) : null;
  return from === null ? null : { by: 'its name', from };
}

/** A command inside a substitution that fetches to its standard output. */
function insideOf(node: ShellCommand): Origin | null {
  let found: Origin | null = null;
  visitNodes([node], (inner) => {
    if (inner.kind !== 'command' || inner === node) return;
    const [program, ...args] = inner.words.map(asWritten);
    const call = { program: program?.slice(program.lastIndexOf('/') + 1) ?? '', args, into: [], from: [] };
    const fetch = fetches(call);
    if (fetch !== null && (fetch.file === null || program === 'curl'))
      found ??= { fetch, loose: skips(call) };
  });
  return found;
}

// --- what is checked

interface Verdict {
  readonly check: UpdateCheck;
  readonly by: string | null;
  /** True: nothing follows from the outcome of the check. */
  readonly ignored: boolean;
}

const RANKS: readonly UpdateCheck[] = ['none-seen', 'checksum', 'digest', 'keyed-digest', 'signature'];

function verdictOf(steps: readonly Step[], script: Script): Verdict {
  const found = steps.flatMap((step): readonly (Check & { readonly step: Step })[] => {
    const check = checks(step.call);
    return check === null ? [] : [{ ...check, step }];
  });
  const best = found.toSorted(
    (a, b) => RANKS.indexOf(b.worth ?? 'none-seen') - RANKS.indexOf(a.worth ?? 'none-seen'),
  )[0];
  if (best === undefined) return { check: 'none-seen', by: null, ignored: false };
  // what answers for the image could answer for its digest too
  const several = steps.filter(({ call }) => fetches(call) !== null).length > 1;
  const check = best.worth === 'digest' && several ? 'checksum' : (best.worth ?? 'none-seen');
  return { check, by: best.by, ignored: isIgnored(best.step, script.text) };
}

/** Nothing depends on the check: it is no condition, no part of a chain, no value, and nobody looks at its outcome. */
function isIgnored({ node, around }: Step, text: string): boolean {
  const parent = around.at(-1);
  const chain = around.findLast((outer) => outer.kind === 'chain');
  if (chain?.kind === 'chain' && chain.rest.length > 0)
    return chain.rest.every(({ operator, node: next }) => operator === '||' && isNothing(next));
  if (parent?.kind === 'pipeline' || parent?.kind === 'command') return false;
  const isCondition = around.some(
    (outer) =>
      (outer.kind === 'if' &&
        outer.branches.some(({ conditionRange }) => within(node.range, conditionRange))) ||
      (outer.kind === 'loop' && within(node.range, outer.conditionRange)),
  );
  if (isCondition || around.some(({ kind }) => kind === 'function')) return false;
  return !/\$\?/.test(text.slice(node.range[1], node.range[1] + 200)) && !/^\s*set\s+-[a-z]*e/m.test(text);
}

function within(inner: ByteRange, outer: ByteRange): boolean {
  return inner[0] >= outer[0] && inner[1] <= outer[1];
}

function isNothing(node: ShellNode): boolean {
  return (
    node.kind === 'command' &&
    /^(?:true|:|echo|logger)$/.test(asWritten(node.words[0] ?? { parts: [], range: [0, 0] }))
  );
}
