import { createHash } from 'node:crypto';
import type { Observation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { EntryObserver } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';
import { gatewayXml, uci } from '#engine/describe/configuration/gateways';
import { junos } from '#engine/describe/configuration/junos';
import { ios, sros, vrp } from '#engine/describe/configuration/network';
import type { Dialect, Said } from '#engine/describe/configuration/rules';
import { serverDialects } from '#engine/describe/configuration/servers';

/** Largest configuration: a core router of a carrier prints 200,000 lines. */
const FILE_LIMIT = 16 * 1024 * 1024;
/** What a dialect is known by. */
const HEAD = 64 * 1024;
/** Most that one file says. */
const SAID_LIMIT = 10_000;

/** Those known by their path first: their words occur in other files too. */
const DIALECTS: readonly Dialect[] = [...serverDialects, uci, vrp, sros, junos, ios, gatewayXml];

/** Configurations of network equipment and its servers, in the words of all vendors. */
export const configuration: EntryObserver = {
  kind: 'observer',
  id: 'configuration',
  version: 1,
  doc: {
    name: 'configuration',
    says: 'Gives what configurations say of management, log-in, logging, time, filters, planes and web servers as settings with one subject for all vendors; facilities that mirror, capture or export; and the accounts they define. Secrets stay inside: their length alone is shown.',
    sources: [
      'Cisco IOS, IOS XE, NX-OS, IOS XR command references; Huawei VRP and H3C Comware command references; Juniper Junos CLI reference; Nokia SR OS system management and OAM guides',
      'TR-098 (data model of home gateways); OpenWrt UCI',
      'sshd_config(5), snmpd.conf(5), syslog.conf(5), ntp.conf(5), sysctl.conf(5), login.defs(5), fstab(5); nginx, lighttpd, Apache and boa configuration references',
    ],
    limits: [
      'Only statements that stand there: defaults of a release are not known, so that silence of a configuration decides nothing.',
      'Encrypted or packed configurations must be opened first. Of SR OS only the classic command line is read.',
      'Statements that no rule knows say nothing; how many that are is not counted.',
      'Includes, groups and templates are not followed: a Junos group counts where it stands, not where it is applied.',
      `The first ${FILE_LIMIT / 1024 / 1024} MiB of a file and ${SAID_LIMIT} statements are given.`,
    ],
  },
  reads: 'entry',
  wants: ({ type, content, format }) =>
    type === 'file' && content !== null && content.size >= 8 && (format === null || format === 'text'),
  observe(entry, source, place) {
    const head = latin1(source.bytes(0, Math.min(source.size, HEAD)));
    if (head.includes('\0')) return [];
    const dialect = DIALECTS.find(({ is }) => is(entry.path, head));
    if (dialect === undefined) return [];
    const text = source.size <= HEAD ? head : latin1(source.bytes(0, Math.min(source.size, FILE_LIMIT)));
    return dialect
      .read(text, entry.path)
      .slice(0, SAID_LIMIT)
      .map((said) => observationOf(said, dialect.name, place));
  },
};

function observationOf(said: Said, dialect: string, place: (range: ByteRange) => Place): Observation {
  switch (said.kind) {
    case 'setting': {
      const { range, ...setting } = said;
      return { ...setting, place: place(range), dialect };
    }
    case 'facility': {
      const { range, ...facility } = said;
      return { ...facility, place: place(range), switchedBy: 'configuration' };
    }
    case 'account': {
      const { range, stored, ...account } = said;
      const isHash = said.password === 'usable' && stored !== null;
      return {
        ...account,
        place: place(range),
        store: dialect,
        uid: null,
        shell: null,
        sharedHash: null,
        passwordFingerprint: isHash ? createHash('sha256').update(stored).digest('hex').slice(0, 16) : null,
      };
    }
  }
}
