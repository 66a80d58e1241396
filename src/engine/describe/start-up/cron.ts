import { linesIn } from '#engine/describe/start-up/lines';
import type { Reader } from '#engine/describe/start-up/reader';
import { runText } from '#engine/describe/start-up/script';
import { type Context, under } from '#engine/describe/start-up/starts';

/** Tables with a column for the user, and tables named after their user. */
const SYSTEM_TABLES = ['etc/crontab'];
const USER_FOLDERS = ['etc/crontabs', 'var/spool/cron/crontabs', 'var/spool/cron', 'etc/cron/crontabs'];
const PERIODS = ['hourly', 'daily', 'weekly', 'monthly'];

/** Reads tables of cron. The schedule is kept as a condition as written; `@reboot` is none.
 *  They are reached when start-up starts a cron.
 *  Source: crontab(5) */
export function readCron(reader: Reader): void {
  const { system } = reader;
  const starts = reader.starts.reachedOf(['crond', 'cron', 'busybox-crond', 'fcron', 'dcron']);
  const way = starts.toSorted((a, b) => a.context.conditions.length - b.context.conditions.length)[0]
    ?.context;
  const context: Context = {
    by: 'cron',
    user: null,
    chain: way?.chain ?? [],
    conditions: way?.conditions ?? [],
    reached: way !== undefined,
  };
  const dropped = system.names('etc/cron.d').map((name) => `etc/cron.d/${name}`);
  for (const path of [...SYSTEM_TABLES, ...dropped]) readTable(reader, path, null, context);
  for (const folder of USER_FOLDERS)
    for (const name of system.names(folder)) readTable(reader, `${folder}/${name}`, name, context);
  for (const period of PERIODS) {
    for (const name of system.names(`etc/cron.${period}`)) {
      const call = under(context, `cron ${period}`);
      reader.waiting.push({ path: `etc/cron.${period}/${name}`, args: [], context: call, depth: 1 });
    }
  }
}

function readTable(reader: Reader, path: string, user: string | null, context: Context): void {
  const file = reader.system.file(path);
  const bytes = file === null ? null : reader.system.text(file);
  if (file === null || bytes === null) return;
  for (const { text, range } of linesIn(bytes)) {
    const entry = /^(@\w{1,16}|[-*\d,/A-Za-z]{1,64}(?:[ \t]+[-*\d,/A-Za-z]{1,64}){4})[ \t]+(.+)$/.exec(text);
    if (entry === null || /^\w+\s*=/.test(text)) continue;
    const [, schedule = '', rest = ''] = entry;
    const split = user === null ? /^(\S{1,64})[ \t]+(.+)$/.exec(rest) : null;
    if (user === null && split === null) continue;
    const command = split === null ? rest : (split[2] ?? '');
    const owner = split === null ? user : (split[1] ?? null);
    const own: Context = { ...context, user: owner, chain: [...context.chain, file.path] };
    const timed = schedule === '@reboot' ? own : under(own, schedule);
    // an unescaped % ends the command, what follows is its input
    runText(reader, command.replace(/(?<!\\)%.*$/, '').replaceAll('\\%', '%'), {
      file,
      range,
      context: timed,
    });
  }
}
