import type { Argument } from '#engine/bytes/shell-values';

/** What a command starts once everything that only launches is taken away. */
export interface Launch {
  /** Null: nothing (an option that stops something, a launcher without a program). */
  readonly program: Argument | null;
  readonly arguments: readonly Argument[];
  /** Text of `sh -c`, `su -c`: a script of its own; null: none. */
  readonly script: string | null;
  readonly user: string | null;
  readonly applet: boolean;
}

type Step = (args: readonly Argument[], launch: Launch) => Launch;

/** Launchers in launchers. */
const DEPTH = 8;

/** Takes `exec`, `nohup`, `busybox`, `start-stop-daemon`, `su`, … away from a command. */
export function launchOf(command: readonly Argument[]): Launch {
  let launch: Launch = {
    program: command[0] ?? null,
    arguments: command.slice(1),
    script: null,
    user: null,
    applet: false,
  };
  for (let depth = 0; depth < DEPTH && launch.program?.known !== undefined; depth++) {
    const step = stepOf(launch);
    if (step === null) break;
    launch = step(launch.arguments, launch);
  }
  return launch;
}

function stepOf({ program, arguments: args, script }: Launch): Step | null {
  if (program?.known === null || program === null || script !== null) return null;
  const name = program.known.slice(program.known.lastIndexOf('/') + 1);
  if (SHELLS.has(name)) return shellStep(args);
  const step = STEPS[name];
  return step !== undefined && Object.hasOwn(STEPS, name) ? step : null;
}

/** Programs that read commands. */
export const SHELLS = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'mksh', 'hush', 'zsh']);

/** `sh -c text`; null: another use of the shell. */
function shellStep(args: readonly Argument[]): Step | null {
  const at = args.findIndex(({ known }) => known !== null && /^-[a-z]*c$/.test(known));
  const text = args[at + 1]?.text ?? null;
  if (at === -1 || text === null || args.slice(0, at).some(({ known }) => !known?.startsWith('-')))
    return null;
  return (_, launch) => ({ ...launch, script: text });
}

/** Drops options. @param valued  letters or long names whose value is the next argument
 *  @param words  arguments of the launcher itself before the program */
function options(valued: string, words = 0): Step {
  const takes = new Set(valued.split(' '));
  return (args, launch) => {
    let at = 0;
    for (; at < args.length; at++) {
      const text = args[at]?.text ?? '';
      if (text === '--') {
        at++;
        break;
      }
      if (!/^[-+]./.test(text)) break;
      if (takes.has(text)) at++;
    }
    return begin(args.slice(at + words), launch);
  };
}

function begin(args: readonly Argument[], launch: Launch): Launch {
  return { ...launch, program: args[0] ?? null, arguments: args.slice(1) };
}

/** Drops `NAME=value` too. */
const environment: Step = (args, launch) => {
  const plain = options('-u -C -S --unset --chdir')(args, launch);
  const all = plain.program === null ? [] : [plain.program, ...plain.arguments];
  const at = all.findIndex(({ text }) => !/^[A-Za-z_]\w*=/.test(text));
  return begin(at === -1 ? [] : all.slice(at), launch);
};

/** `setuidgid USER prog`. */
const userFirst: Step = (args, launch) => {
  const plain = options('')(args, launch);
  return begin(plain.arguments, { ...launch, user: plain.program?.text.split(':')[0] ?? null });
};

/** `chpst -u USER prog`, `sudo -u USER prog`. */
function userOption(valued: string, names: readonly string[]): Step {
  return (args, launch) => {
    const at = args.findIndex(({ text }) => names.includes(text));
    const user = at === -1 ? launch.user : (args[at + 1]?.text.split(':')[0] ?? null);
    return options(valued)(args, { ...launch, user });
  };
}

/** `su [-] USER -c text`. */
const switchUser: Step = (args, launch) => {
  const at = args.findIndex(({ text }) => text === '-c' || text === '--command');
  const script = at === -1 ? null : (args[at + 1]?.text ?? null);
  const user = args.find(({ text }, i) => !text.startsWith('-') && (at === -1 || i !== at + 1));
  return { ...launch, program: script === null ? null : launch.program, script, user: user?.text ?? 'root' };
};

/** `start-stop-daemon -S -x prog -- args`; with `-K` nothing starts. */
const startStopDaemon: Step = (args, launch) => {
  let program: Argument | null = null;
  let { user } = launch;
  let at = 0;
  for (; at < args.length; at++) {
    const text = args[at]?.text ?? '';
    const [long = '', inline] = text.split(/=(.*)/s, 2);
    const take = (): Argument | undefined =>
      inline === undefined ? args[++at] : { text: inline, known: inline, pattern: false };
    if (text === '--') {
      at++;
      break;
    }
    if (/^-[A-Za-z]*K|^--(?:stop|status)$/.test(text)) return begin([], launch);
    if (/^--(?:exec|startas)$/.test(long)) program = take() ?? null;
    else if (/^--(?:chuid|user)$/.test(long)) user = take()?.text.split(':')[0] ?? null;
    else if (
      /^--(?:pidfile|name|group|chdir|chroot|nicelevel|procsched|iosched|umask|retry|signal|env|stdout|stderr)$/.test(
        long,
      )
    )
      take();
    else if (text.startsWith('--')) continue;
    else if (/^-[A-Za-z]/.test(text)) {
      // of letters in one word only the last can take a value
      const letter = text.at(-1) ?? '';
      if ('xa'.includes(letter)) program = args[++at] ?? null;
      else if ('uc'.includes(letter)) user = args[++at]?.text.split(':')[0] ?? null;
      else if ('pngdrNPIksR'.includes(letter)) at++;
    } else break;
  }
  return { ...launch, program, arguments: args.slice(at), user };
};

/** `daemon --user=USER prog`, `start_daemon -p FILE prog`. */
const daemon: Step = (args, launch) => {
  const user = args.map(({ text }) => /^--user=(\S+)/.exec(text)?.[1]).find((found) => found !== undefined);
  return options('-p -n -u --user --pidfile --check --name')(args, { ...launch, user: user ?? launch.user });
};

/** `ip netns exec NAME prog`; any other use is the program itself. */
const netns: Step = (args, launch) => {
  const rest = args[0]?.text === 'netns' && args[1]?.text === 'exec' ? args.slice(3) : null;
  return rest === null ? { ...launch, program: named('ip') } : begin(rest, launch);
};

function named(name: string): Argument {
  return { text: name, known: name, pattern: false };
}

const STEPS: Readonly<Record<string, Step>> = {
  exec: options('-a'),
  nohup: options(''),
  setsid: options(''),
  command: options(''),
  builtin: options(''),
  time: options('-o -f'),
  nice: options('-n'),
  ionice: options('-c -n'),
  chrt: options('-T -P -D', 1),
  taskset: options('', 1),
  timeout: options('-s -k', 1),
  stdbuf: options('-i -o -e'),
  cgexec: options('-g'),
  unshare: options('-S -G'),
  nsenter: options('-t -S -G'),
  tini: options('-e'),
  'dumb-init': options(''),
  catchsegv: options(''),
  setarch: options('', 1),
  flock: options('-w -E', 1),
  chroot: options('', 1),
  softlimit: options('-a -c -d -f -l -m -n -o -p -r -s -t'),
  ip: netns,
  env: environment,
  busybox: (args, launch) => ({ ...begin(args, launch), applet: true }),
  toybox: (args, launch) => ({ ...begin(args, launch), applet: true }),
  setuidgid: userFirst,
  's6-setuidgid': userFirst,
  'su-exec': userFirst,
  gosu: userFirst,
  chpst: userOption('-u -U -b -e -/ -n -l -L -m -d -o -p -f -c -t', ['-u']),
  sudo: userOption('-u -g -h -p -C -T', ['-u', '--user']),
  runuser: userOption('-u -g', ['-u']),
  su: switchUser,
  'start-stop-daemon': startStopDaemon,
  daemon,
  start_daemon: daemon,
  startproc: daemon,
  loadproc: daemon,
  service_start: options(''),
};
