import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { latin1 } from '#engine/bytes/text';
import { protocolOfProgram } from '#engine/describe/agents/programs';
import { type Configured, inLines, inMarkup } from '#engine/describe/agents/settings';

const TEXT_LIMIT = 1024 * 1024;
/** Settings given of one file. */
const MOST = 50;

/** Programs and settings by which somebody far away manages the device. */
export const agents: EntryObserver = {
  kind: 'observer',
  id: 'agents',
  version: 1,
  doc: {
    name: 'agents of remote management',
    says: 'Gives programs that let somebody far away manage the device, known by the names of their protocols and products, and configurations that name the server they report to, with whether they are switched on.',
    sources: [
      'Broadband Forum TR-069, TR-098 and TR-181 ManagementServer; TR-369 (USP)',
      'UCI configurations of cwmpd, easycwmp and icwmp',
      'RFC 6241 (NETCONF); ITU-T G.988 (OMCI)',
    ],
    limits: [
      'Of clouds of vendors, only files and programs whose names say cloud, agent, IoT, remote support and the like are seen.',
      'Servers that are compiled into a program or come by DHCP are not seen.',
      'A configuration that is encrypted or in a database is not seen.',
    ],
  },
  reads: 'entry',
  wants: ({ type, content, path, format }) =>
    type === 'file' &&
    content !== null &&
    content.size >= 8 &&
    !isAside(path) &&
    (protocolOfProgram(path) !== null ||
      ((format === null || format === 'text') && content.size <= TEXT_LIMIT && isConfiguration(path))),
  observe({ path }, source, place) {
    const protocol = protocolOfProgram(path);
    if (protocol !== null && isProgram(source))
      return [{ kind: 'agent', place: place(null), protocol, program: path, server: null, enabled: null }];
    return configuredIn(path, source)
      .slice(0, MOST)
      .map(
        ({ range, ...values }): Observation => ({
          kind: 'agent',
          place: place(range),
          program: null,
          ...values,
        }),
      );
  },
};

function isAside(path: string): boolean {
  return /(?:^|\/)(?:docs?|man|info|locale|examples?|tests?|dpkg\/info|opkg\/info|licenses?)\//i.test(path);
}

function isConfiguration(path: string): boolean {
  return (
    /(?:^|\/)(?:etc|configs?|conf|nvram|defaults?)\//i.test(path) ||
    /\.(?:conf|cfg|ini|xml|json|ya?ml|toml|properties|default)$/i.test(path)
  );
}

/** A program of the machine, or a script that says what runs it. */
function isProgram(source: Source): boolean {
  const head = latin1(source.bytes(0, 4));
  return head === '\x7fELF' || head.startsWith('#!') || head.startsWith('\x1bLua');
}

function configuredIn(path: string, source: Source): readonly Configured[] {
  const head = source.bytes(0, Math.min(source.size, 4096));
  if (head.includes(0) || latin1(head).startsWith('#!')) return [];
  const text = latin1(source.bytes(0, Math.min(source.size, TEXT_LIMIT)));
  if (/^\s*(?:\xef\xbb\xbf)?</.test(text.slice(0, 200))) return inMarkup(text);
  return inLines(path.slice(path.lastIndexOf('/') + 1), text);
}
