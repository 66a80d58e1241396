// npm run examples -- [--update] [--bend] [room[/plug-in[/case]]]
// Shows every example beside its expectation. --update writes expected.json, which a person then reads;
// --bend also runs each input cut short and with bits turned.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { bendsOf } from './bend.ts';
import { type Answer, type Case, casesOf, missingFrom, type Trial, trialOf } from './cases.ts';
import { layOut } from './layout.ts';
import { loadPlugin, type Plugin, type PluginFile, pluginFiles, ROOMS, ROOT } from './plugins.ts';

const { values: asked, positionals } = parseArgs({
  options: { update: { type: 'boolean', default: false }, bend: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [filter = ''] = positionals;
let wrong = 0;
let shown = 0;
for (const file of ROOMS.flatMap((room) => pluginFiles(room))) await showPlugin(file);
if (filter !== '' && shown === 0) complain(filter, 'no such plug-in or example');
console.log(`${shown} examples, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;

async function showPlugin(file: PluginFile): Promise<void> {
  const cases = casesOf(file).filter((example) =>
    `${example.name}/`.startsWith(filter === '' ? '' : `${filter}/`),
  );
  const own = `${file.room.folder}/${file.id}`;
  if (casesOf(file).length === 0 && `${own}/`.startsWith(filter))
    complain(own, `no examples: make ${shape(file)}`);
  if (cases.length === 0) return;
  let plugin: Plugin;
  try {
    plugin = await loadPlugin(file);
  } catch (error) {
    return complain(own, explain(error));
  }
  for (const example of cases) await showCase(plugin, example);
}

async function showCase(plugin: Plugin, example: Case): Promise<void> {
  shown++;
  try {
    const trial = await trialOf(plugin, example);
    const answer = trial.run(trial.inputs);
    for (const fault of answer.faults) complain(example.name, fault);
    compare(example, answer);
    if (asked.bend) bend(example, trial);
  } catch (error) {
    complain(example.name, explain(error));
  }
}

function compare(example: Case, { value }: Answer): void {
  const file = join(ROOT, example.folder, 'expected.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
  const same = isDeepStrictEqual(before, value);
  if (asked.update) {
    const text = layOut(value);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
    console.log(`${same ? 'same   ' : 'written'} ${example.name}`);
  } else if (same) console.log(`as expected ${example.name}`);
  else if (before !== undefined) complain(example.name, `is not as expected; it gives\n${layOut(value)}`);
  for (const missing of missingFrom(example)) complain(example.name, missing);
}

function bend(example: Case, trial: Trial): void {
  for (const bent of bendsOf(trial.inputs)) {
    try {
      for (const fault of trial.run(bent.inputs).faults) complain(example.name, `${bent.name}: ${fault}`);
    } catch (error) {
      complain(example.name, `${bent.name}: ${explain(error)}`);
    }
  }
}

function complain(name: string, what: string): void {
  wrong++;
  console.log(`WRONG ${name}: ${what}`);
}

function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function shape({ room, id }: PluginFile): string {
  return `examples/${room.folder}/${id}/<case>/input.*`;
}
