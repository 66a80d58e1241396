import type { Level } from '#domain/level';
import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';

/** Tells whether the system has a program. */
type Has = (program: string) => boolean;

/** Lines of a script that put a line at the end of a file, said in one of the ways of the level.
 *  @param line  holds no single quote and no backslash
 *  @param file  absolute path */
export function appending(line: string, file: string, level: Level, has: Has, draw: Draw): readonly string[] {
  switch (level) {
    case 'overt':
      return [`echo '${line}' >> ${file}`];
    case 'careful':
      return pick(
        plainWays.filter(({ needs }) => needs.every(has)),
        draw,
      ).say(line, file, draw);
    case 'concealed': {
      const lines = pick(
        hiddenWays.filter(({ needs }) => needs.every(has)),
        draw,
      ).say(line, file, draw);
      return has('sleep') && draw(3) === 0 ? later(lines, draw) : lines;
    }
  }
}

/** One way to say it, with the programs it takes. */
interface Way {
  readonly needs: readonly string[];
  say(line: string, file: string, draw: Draw): readonly string[];
}

/** As people who have nothing to hide write it. */
const plainWays: readonly Way[] = [
  {
    needs: ['grep'],
    say: (line, file) => [`grep -q '^${nameIn(line)}:' ${file} || echo '${line}' >> ${file}`],
  },
  {
    needs: [],
    say: (line, file, draw) => {
      const name = variable(draw);
      return [`${name}=${file}`, `[ -f $${name} ] && printf '%s\\n' '${line}' >> $${name}`];
    },
  },
  { needs: ['cat'], say: (line, file) => [`cat >> ${file} <<'EOF'`, line, 'EOF'] },
  {
    // Where the root cannot be written to, a changed copy is laid over the file.
    needs: ['cp', 'mount'],
    say: (line, file) => {
      const copy = `/tmp/${file.slice(file.lastIndexOf('/') + 1)}`;
      return [`cp ${file} ${copy}`, `echo '${line}' >> ${copy}`, `mount -o bind ${copy} ${file}`];
    },
  },
];

/** Encoded, split or turned round, the file spelled in two halves. */
const hiddenWays: readonly Way[] = [
  {
    needs: ['base64'],
    say: (line, file, draw) =>
      written(`echo ${Buffer.from(`${line}\n`, 'latin1').toString('base64')} | base64 -d`, file, draw),
  },
  {
    needs: [],
    say: (line, file, draw) => written(`printf '${line.split('').map(octal).join('')}\\n'`, file, draw),
  },
  {
    needs: ['rev'],
    say: (line, file, draw) => written(`echo '${line.split('').toReversed().join('')}' | rev`, file, draw),
  },
  {
    needs: ['tr'],
    say: (line, file, draw) =>
      written(`echo '${line.split('').map(turned).join('')}' | tr 'A-Za-z' 'N-ZA-Mn-za-m'`, file, draw),
  },
  {
    needs: [],
    say(line, file, draw) {
      const parts = line.match(/[\s\S]{1,9}/g) ?? [];
      const names = parts.map((_, i) => `${variable(draw)}${i}`);
      return [
        ...parts.map((part, i) => `${names[i] ?? ''}='${part}'`),
        ...written(`echo "${names.map((name) => `$\{${name}}`).join('')}"`, file, draw),
      ];
    },
  },
];

/** Lines that a shell carries out all the same, and that nobody reads: encoded, turned round, or put together from parts. */
export function veiled(lines: readonly string[], has: Has, draw: Draw): readonly string[] {
  const text = lines.reduce((all, line) => (/&\s*$/.test(all) ? `${all} ${line}` : `${all}; ${line}`));
  const way = pick(
    VEILS.filter(({ needs }) => needs.every(has)),
    draw,
  );
  return way.say(text, '', draw);
}

const VEILS: readonly Way[] = [
  {
    needs: ['base64'],
    say: (text) => [`echo ${Buffer.from(`${text}\n`, 'latin1').toString('base64')} | base64 -d | sh`],
  },
  { needs: [], say: (text) => [`printf '${text.split('').map(octal).join('')}\\n' | sh`] },
  {
    needs: ['rev'],
    say: (text) =>
      text.includes("'")
        ? [`printf '${text.split('').map(octal).join('')}' | sh`]
        : [`echo '${text.split('').toReversed().join('')}' | rev | sh`],
  },
  {
    needs: [],
    say(text, _file, draw) {
      const parts = text.match(/[\s\S]{1,7}/g) ?? [];
      const names = parts.map((_, i) => `${variable(draw)}${i}`);
      const set = parts.map((part, i) => `${names[i] ?? ''}='${part.replaceAll("'", `'\\''`)}'`);
      return [`${set.join('; ')}; eval "${names.map((name) => `$\{${name}}`).join('')}"`];
    },
  },
];

/** The output of a command put at the end of a file whose name does not stand there in one piece. */
export function written(command: string, file: string, draw: Draw): readonly string[] {
  const { before, name } = halved(file, draw);
  return [before, `${command} >> ${name}`];
}

/** A path in two halves: a line that keeps one, and a word that has both. */
export function halved(file: string, draw: Draw): { readonly before: string; readonly name: string } {
  const cut = 3 + draw(file.length - 5);
  const name = variable(draw);
  return { before: `${name}=${file.slice(0, cut)}`, name: `$\{${name}}${file.slice(cut)}` };
}

/** The same, minutes after the start. */
function later(lines: readonly string[], draw: Draw): readonly string[] {
  return [`( sleep ${90 + draw(800)}; ${lines.join('; ')} ) &`];
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf(':'));
}

function octal(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

/** A letter moved by half the alphabet. */
function turned(char: string): string {
  const code = char.charCodeAt(0);
  const base = code >= 97 && code <= 122 ? 97 : code >= 65 && code <= 90 ? 65 : null;
  return base === null ? char : String.fromCharCode(base + ((code - base + 13) % 26));
}

function variable(draw: Draw): string {
  return 'abcdefghkmnprstuvw'.charAt(draw(18)) + 'abcdefghkmnprstuvw'.charAt(draw(18));
}
