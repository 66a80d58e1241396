import { Refused } from '#domain/error';
import type { Doc } from '#domain/plugin';
import type { Registry } from '#domain/registry';

/** What one plug-in does, what it rests on and what it cannot see; without a name, the list of all.
 *  @throws Refused for an unknown name */
export function explain(id: string | null, registry: Registry): string {
  const rooms = {
    formats: registry.formats,
    observers: registry.observers,
    elicitors: registry.elicitors,
    examiners: registry.examiners,
    implants: registry.implants,
  };
  if (id === null) {
    return Object.entries(rooms)
      .map(
        ([room, plugins]) =>
          `${room}\n${plugins.map((plugin) => `  ${plugin.id.padEnd(22)} ${plugin.doc.name}`.slice(0, 80)).join('\n')}\n`,
      )
      .join('\n');
  }
  for (const [room, plugins] of Object.entries(rooms)) {
    const plugin = plugins.find((candidate) => candidate.id === id);
    if (plugin === undefined) continue;
    const more = 'question' in plugin ? `Question   ${plugin.question}\n` : '';
    return `${plugin.id}@${plugin.version}  (${room.slice(0, -1)})  code ${registry.code[id]?.slice(0, 16) ?? 'unknown'}\n${more}${docText(plugin.doc)}`;
  }
  throw new Refused(`no plug-in ${id}`, 'list them with: assay explain');
}

function docText(doc: Doc): string {
  const list = (title: string, lines: readonly string[]) =>
    `\n${title}\n${lines.map((line) => wrap(line, '  - ', '    ')).join('')}`;
  return `\n${wrap(doc.name, '', '')}${wrap(doc.says, '', '')}${list('Rests on', doc.sources)}${list('Cannot see', doc.limits)}`;
}

/** Words in lines of at most 80 columns. */
function wrap(text: string, first: string, next: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > 80) {
      lines.push(line);
      line = next;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return `${lines.join('\n')}\n`;
}
