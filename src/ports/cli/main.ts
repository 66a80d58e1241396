import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { Refused } from '#domain/error';
import { STRENGTHS } from '#domain/indication';
import { registry } from '#engine/registry';
import { terminal } from '#engine/report/escape';
import { recordJson } from '#engine/report/json';
import { demo } from '#ports/cli/demo';
import { doctor } from '#ports/cli/doctor';
import { currentTime, ownVersion } from '#ports/cli/environment';
import { examineInputs, type ExamineRequest, type ExamineResult, Interrupted } from '#ports/cli/examine';
import { explain } from '#ports/cli/explain';
import { progressView } from '#ports/cli/progress';
import { show } from '#ports/cli/show';

/** Exit codes beside those of an examination: 2 what was asked cannot be done, 4 our fault, 130 interrupted. */
const EXIT = { refused: 2, crashed: 4, interrupted: 130 } as const;

type Format = 'text' | 'json' | 'html';

function wantsColor(): boolean {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
}

function print(result: ExamineResult, format: Format): void {
  const document = format === 'text' ? result.text(wantsColor()) : format === 'html' ? result.html : null;
  process.stdout.write(document ?? `${recordJson(result.record)}\n`);
  const where = `Documents ${result.place}/record.json report.html report.txt\n`;
  if (format === 'text') process.stdout.write(where);
  else process.stderr.write(where);
}

/** An examination with its progress, interrupt and result on screen. */
async function examineAndPrint(request: ExamineRequest, format: Format): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const view = progressView(process.stderr, () => performance.now());
    view.say(
      `assay ${ownVersion()}  offline  ${request.inputs.length} input${request.inputs.length === 1 ? '' : 's'}`,
    );
    const result = await examineInputs(request, view, stop.signal);
    print(result, format);
    return request.exitZero ? 0 : result.exit;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function isoDate(value: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
    throw new InvalidArgumentError('Write a date as YYYY-MM-DD.');
  }
  return value;
}

function workerCount(value: string): number {
  if (!/^[0-9]{1,2}$/.test(value)) throw new InvalidArgumentError('Write a number from 0 to 99.');
  return Number(value);
}

/** Values of an option that can be given again. */
function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function program(done: (exit: number) => void): Command {
  const root = new Command('assay')
    .description('Could this network equipment be used to spy, and how hard did we look?')
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(terminal(text.trimEnd()).replaceAll('\\x0a', '\n').concat('\n')),
    });
  root
    .command('examine')
    .description('examine firmware, an extracted tree and a declaration; all inputs are one release')
    .argument('<input...>', 'files, or the folder of an extracted tree')
    .option(
      '--declares <file>',
      'a document of the vendor, whatever it looks like; can be given again',
      collected,
      [],
    )
    .option('--case <folder>', 'where the case lies (default: <first input>.assay)')
    .addOption(
      new Option('--format <format>', 'what stdout carries')
        .choices(['text', 'json', 'html'])
        .default('text'),
    )
    .option('--about <file>', 'case.yaml: who asked, who examines, who runs the product')
    .option('--release <label>', 'name of the release')
    .option('--released <date>', 'when it was released; unknown stays unknown', isoDate)
    .addOption(
      new Option('--state <state>', 'state of the target').choices([
        'as-shipped',
        'as-configured',
        'as-running',
      ]),
    )
    .option('--as-of <date>', 'date the assessment speaks of (default: today)', isoDate)
    .option('--from <who>', 'who handed the inputs in')
    .addOption(
      new Option('--power <effort>', 'plant implants in a copy and count what is found').choices([
        'quick',
        'standard',
        'full',
      ]),
    )
    .option(
      '--compare <case>',
      'hold another examined case beside this one; can be given again',
      collected,
      [],
    )
    .addOption(
      new Option('--without <knowledge>', 'leave out what was published: every other finding stays').choices([
        'known-cases',
      ]),
    )
    .option('--workers <n>', 'worker processes; 0: in this process, unconfined', workerCount)
    .addOption(
      new Option('--fail-on <strength>', 'weakest evidence that gives exit 1')
        .choices([...STRENGTHS])
        .default('present'),
    )
    .option('--exit-zero', 'exit 0 whatever was found', false)
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const now = currentTime();
      const text = (name: string): string | null =>
        typeof options[name] === 'string' ? options[name] : null;
      const request: ExamineRequest = {
        inputs,
        declares: options['declares'] as readonly string[],
        folder: text('case'),
        release: text('release'),
        releasedAt: text('released'),
        state: text('state') as ExamineRequest['state'],
        asOf: text('asOf') ?? new Date(now).toISOString().slice(0, 10),
        from: text('from'),
        about: text('about'),
        power: text('power') as ExamineRequest['power'],
        compare: options['compare'] as readonly string[],
        withoutKnownCases: options['without'] === 'known-cases',
        workers: typeof options['workers'] === 'number' ? options['workers'] : null,
        failOn: options['failOn'] as ExamineRequest['failOn'],
        exitZero: options['exitZero'] === true,
        now,
      };
      done(await examineAndPrint(request, text('format') as Format));
    });
  root
    .command('show')
    .description('print the bytes of a place: sha256:DIGEST@START-END, or I1; unmasked')
    .argument('<place>')
    .option('--case <folder>', 'the case it is in')
    .action((place: string, options: { case?: string }) => {
      process.stdout.write(show(place, options.case ?? null));
      done(0);
    });
  root
    .command('explain')
    .description('what a plug-in does, rests on and cannot see; without a name, all of them')
    .argument('[plug-in]')
    .action((id: string | undefined) => {
      process.stdout.write(explain(id ?? null, registry));
      done(0);
    });
  root
    .command('demo')
    .description('examine a made-up router, offline, in under a minute')
    .action(async () => done(await demo(examineAndPrint)));
  root
    .command('doctor')
    .description('what this machine offers: runtime, isolation, disk, age of the knowledge')
    .action(async () => {
      process.stdout.write(await doctor());
      done(0);
    });
  return root;
}

async function main(): Promise<number> {
  let exit = 0;
  try {
    await program((code) => {
      exit = code;
    }).parseAsync();
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.refused;
    if (error instanceof Interrupted) {
      process.stderr.write('\nassay: interrupted; what is done is kept, the same command goes on\n');
      return EXIT.interrupted;
    }
    if (error instanceof Refused) {
      process.stderr.write(`assay: ${terminal(error.message)}; ${terminal(error.remedy)}\n`);
      return EXIT.refused;
    }
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      `assay: a fault of ours, please report it:\n${cause.split('\n').map(terminal).join('\n')}\n`,
    );
    return EXIT.crashed;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may have seen enough.
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});
process.exitCode = await main();
