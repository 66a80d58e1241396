import type { Statement } from '#domain/indication';
import type { SettingObservation } from '#domain/observed-interception';
import type { Examiner, Sighting } from '#domain/plugin';
import type { SettingSubject } from '#domain/settings';

/** Settings by which management, log-in or logs can be overheard, guessed or switched off. */
export const weakManagement: Examiner = {
  kind: 'examiner',
  id: 'weak-management',
  version: 1,
  doc: {
    name: 'weak management',
    says: 'Speaks where a configuration switches on what can be overheard, guessed or misused: management without encryption, SNMP communities, log-in without proof, sessions that never end, logs that travel in clear, management from the outside. One statement a weakness and tree, with every place. Strength is linked in the configuration of a router or switch, present in files of servers, which may not be the ones in force.',
    sources: [
      '3GPP TS 33.117, the clauses named with each statement',
      'CWE-256, CWE-287, CWE-306, CWE-319, CWE-326, CWE-521, CWE-548, CWE-613',
    ],
    limits: [
      'Only what stands there: a default that is weak and not written is not seen.',
      'Whether a service can be reached is not asked: an access list or a filter elsewhere may stand before it.',
      'Settings nobody would call weak in a laboratory are spoken of all the same. Errs towards speaking.',
    ],
  },
  question: 'other-technical-problems',
  reads: ['setting'],
  examine({ sightings }) {
    return WEAKNESSES.flatMap((weakness) => statementsFor(weakness, sightings));
  },
};

interface Weakness {
  readonly subject: SettingSubject;
  /** True: what is set is the weakness. */
  readonly is: (setting: SettingObservation) => boolean;
  readonly title: string;
  readonly cwe: string;
  readonly clauses: readonly string[];
  readonly matters: string;
}

const isOn = ({ on }: SettingObservation) => on === true;
const isOff = ({ on }: SettingObservation) => on === false;
const saying =
  (pattern: RegExp) =>
  ({ value }: SettingObservation) =>
    pattern.test(value ?? '');

const OVERHEARD =
  'Whoever is on the way reads the passwords of administrators and can take over their sessions.';
const FORGED = 'The stack believes or forwards packets that attackers use to lead traffic elsewhere.';

const WEAKNESSES: readonly Weakness[] = [
  {
    subject: 'management.telnet',
    is: isOn,
    title: 'Telnet is switched on',
    cwe: 'CWE-319',
    clauses: ['4.2.3.2.4', '4.3.2.1'],
    matters: OVERHEARD,
  },
  {
    subject: 'management.http',
    is: isOn,
    title: 'web pages without encryption are switched on',
    cwe: 'CWE-319',
    clauses: ['4.2.3.2.4', '4.2.5.1'],
    matters: OVERHEARD,
  },
  {
    subject: 'management.ftp',
    is: isOn,
    title: 'an FTP server is switched on',
    cwe: 'CWE-319',
    clauses: ['4.2.3.2.4', '4.3.2.1'],
    matters: OVERHEARD,
  },
  {
    subject: 'management.tftp',
    is: isOn,
    title: 'a TFTP server is switched on',
    cwe: 'CWE-306',
    clauses: ['4.2.3.2.4', '4.3.2.1'],
    matters: 'Files are handed out and taken without anyone proving who they are.',
  },
  {
    subject: 'management.remote-shell',
    is: isOn,
    title: 'remote shells without encryption are switched on',
    cwe: 'CWE-306',
    clauses: ['4.2.3.2.4', '4.3.2.1'],
    matters: OVERHEARD,
  },
  {
    subject: 'management.small-servers',
    is: isOn,
    title: 'services nobody needs are switched on',
    cwe: 'CWE-1188',
    clauses: ['4.3.2.1'],
    matters: 'Each of them can be reached and misused, and serves nobody.',
  },
  {
    subject: 'management.smart-install',
    is: isOn,
    title: 'installation by whoever asks is switched on',
    cwe: 'CWE-306',
    clauses: ['4.2.3.4.1.1', '4.3.2.4'],
    matters:
      'Whoever reaches the port can read and replace configuration and software without proving who they are.',
  },
  {
    subject: 'management.from-outside',
    is: isOn,
    title: 'management answers on the side of the provider or the Internet',
    cwe: 'CWE-284',
    clauses: ['4.3.2.2'],
    matters: 'Management can be tried from networks whose users nobody knows.',
  },
  {
    subject: 'snmp.community',
    is: () => true,
    title: 'SNMP with communities is configured',
    cwe: 'CWE-319',
    clauses: ['4.2.3.2.4'],
    matters:
      'A community is a password that travels in clear with every request; one for writing lets its reader change the device.',
  },
  {
    subject: 'snmp.version',
    is: saying(/\bv?(?:1|2c?)\b/i),
    title: 'SNMP without encryption is spoken',
    cwe: 'CWE-319',
    clauses: ['4.2.3.2.4'],
    matters: OVERHEARD,
  },
  {
    subject: 'snmp.security-level',
    is: saying(/^no/i),
    title: 'SNMPv3 without proof or encryption is allowed',
    cwe: 'CWE-306',
    clauses: ['4.2.3.2.4', '4.2.3.4.1.1'],
    matters: 'The third version protects nothing at this level.',
  },
  {
    subject: 'ssh.version',
    is: saying(/(?:^|\D)1(?:\D|$)/),
    title: 'SSH version 1 is spoken',
    cwe: 'CWE-326',
    clauses: ['4.2.3.2.4'],
    matters: 'The first version of the protocol is broken: sessions can be read and changed on the way.',
  },
  {
    subject: 'ssh.ciphers',
    is: saying(/\b(?:arcfour|3des|des|blowfish|rc4|[a-z0-9]+-cbc|aes\d+_cbc)/i),
    title: 'SSH takes ciphers that are broken or aged',
    cwe: 'CWE-326',
    clauses: ['4.2.3.2.4'],
    matters: 'What travels under such a cipher can be read or changed with effort.',
  },
  {
    subject: 'ssh.root-login',
    is: saying(/^(?:yes|on|1|allow)$/i),
    title: 'the superuser may log in over SSH with a password',
    cwe: 'CWE-250',
    clauses: ['4.3.2.6'],
    matters: 'One guessed password gives everything, and nobody can tell afterwards who it was.',
  },
  {
    subject: 'ssh.empty-password',
    is: isOn,
    title: 'SSH accepts empty passwords',
    cwe: 'CWE-258',
    clauses: ['4.2.3.4.2.1'],
    matters: 'Accounts without a password are open to whoever knows their name.',
  },
  {
    subject: 'tls.versions',
    is: saying(/\b(?:SSLv[23]|TLSv1(?:\.[01])?(?![.\d])|TLSv1\.[01])\b/i),
    title: 'TLS before version 1.2 is offered',
    cwe: 'CWE-327',
    clauses: ['4.2.2.2.2', '4.2.5.1'],
    matters: 'Connections can be brought down to a version that is broken.',
  },
  {
    subject: 'log.transport',
    is: saying(/^udp$/i),
    title: 'logs leave the device in clear over UDP',
    cwe: 'CWE-319',
    clauses: ['4.2.3.6.2'],
    matters: 'Whoever is on the way reads, loses or forges what the device reports about itself.',
  },
  {
    subject: 'authentication.method',
    is: saying(/(?:^|\s)none\b/i),
    title: 'log-in without proof is configured',
    cwe: 'CWE-306',
    clauses: ['4.2.3.4.1.1', '4.2.3.4.2.1'],
    matters: 'Whoever reaches the line has it.',
  },
  {
    subject: 'session.idle-timeout',
    is: saying(/^(?:0(?: 0)?|disable|never)$/i),
    title: 'sessions never end by themselves',
    cwe: 'CWE-613',
    clauses: ['4.2.3.5.2'],
    matters: 'A forgotten session is open to whoever comes next.',
  },
  {
    subject: 'password.storage',
    is: saying(/^(?:type 7|des|plain|md5)$/i),
    title: 'passwords are kept so that they can be turned back or guessed fast',
    cwe: 'CWE-916',
    clauses: ['4.2.3.2.3'],
    matters: 'Whoever reads the configuration has the passwords.',
  },
  {
    subject: 'password.minimum-length',
    is: ({ value }) => /^\d+$/.test(value ?? '') && Number(value) < 8,
    title: 'passwords shorter than eight characters are allowed',
    cwe: 'CWE-521',
    clauses: ['4.2.3.4.3.1'],
    matters: 'Short passwords are guessed.',
  },
  {
    subject: 'filter.redirects',
    is: isOn,
    title: 'ICMP redirects are accepted or sent',
    cwe: 'CWE-940',
    clauses: ['4.2.4.1.1.2', '4.3.3.1.2'],
    matters: FORGED,
  },
  {
    subject: 'filter.source-route',
    is: isOn,
    title: 'packets that name their own route are forwarded',
    cwe: 'CWE-940',
    clauses: ['4.2.4.1.1.3', '4.3.3.1.2'],
    matters: FORGED,
  },
  {
    subject: 'filter.directed-broadcast',
    is: isOn,
    title: 'packets to the broadcast address of other networks are forwarded',
    cwe: 'CWE-406',
    clauses: ['4.3.3.1.2'],
    matters: 'One packet makes a whole network answer: attacks on others are made larger.',
  },
  {
    subject: 'filter.broadcast-echo',
    is: isOn,
    title: 'echo requests to broadcast addresses are answered',
    cwe: 'CWE-406',
    clauses: ['4.3.3.1.2'],
    matters: 'One packet makes many devices answer: attacks on others are made larger.',
  },
  {
    subject: 'filter.source-validation',
    is: isOff,
    title: 'packets with an impossible source are let through',
    cwe: 'CWE-290',
    clauses: ['4.3.3.1.1'],
    matters: FORGED,
  },
  {
    subject: 'kernel.address-randomisation',
    is: saying(/^0$/),
    title: 'addresses of programs are not random',
    cwe: 'CWE-693',
    clauses: ['4.3.3.1.5'],
    matters: 'A fault in a program is easier to turn into a way in.',
  },
  {
    subject: 'web.directory-listing',
    is: isOn,
    title: 'folders of a web server are listed',
    cwe: 'CWE-548',
    clauses: ['4.3.4.10'],
    matters: 'Visitors find files that no page leads to.',
  },
  {
    subject: 'web.methods',
    is: isOn,
    title: 'methods of HTTP that few need are allowed',
    cwe: 'CWE-650',
    clauses: ['4.3.4.3'],
    matters: 'Visitors can put, delete or trace what they should only read.',
  },
  {
    subject: 'web.includes',
    is: isOn,
    title: 'pages may run commands',
    cwe: 'CWE-97',
    clauses: ['4.3.4.7'],
    matters: 'Whoever can write into a page runs commands as the web server.',
  },
  {
    subject: 'web.user',
    is: saying(/^(?:root|0|admin)$/i),
    title: 'a web server runs with the privilege of the system',
    cwe: 'CWE-250',
    clauses: ['4.3.4.2'],
    matters: 'A fault in a page gives the whole device.',
  },
  {
    subject: 'wireless.security',
    is: saying(/^(?:none|open|wep(?:[-+].*)?|basic)$/i),
    title: 'a wireless network without protection worth the name',
    cwe: 'CWE-327',
    clauses: [],
    matters: 'Whoever is near reads along.',
  },
];

/** Dialects of devices whose file is what is in force. */
const IN_FORCE: ReadonlySet<string> = new Set(['ios', 'vrp', 'junos', 'sros', 'hw-ctree']);

/** Places shown of one weakness. */
const PLACES = 20;

function statementsFor(weakness: Weakness, sightings: readonly Sighting[]): readonly Statement[] {
  const trees = new Map<string, SettingObservation[]>();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'setting' || observation.subject !== weakness.subject) continue;
    if (isAside(observation.place.path ?? '') || !weakness.is(observation)) continue;
    trees.set(tree, [...(trees.get(tree) ?? []), observation]);
  }
  return [...trees.values()].map((settings) => statementOf(weakness, settings));
}

/** Examples, defaults and documentation are not in force. */
function isAside(path: string): boolean {
  return /(?:^|\/)(?:docs?|man|examples?|samples?|templates?|skel)\/|\.(?:example|sample|dist|bak|orig|default)$/i.test(
    path,
  );
}

function statementOf(weakness: Weakness, settings: readonly SettingObservation[]): Statement {
  const { subject, title, cwe, clauses, matters } = weakness;
  const dialects = [...new Set(settings.map(({ dialect }) => dialect))].toSorted();
  const [first] = settings;
  const written = oneLine(first?.written ?? '');
  return {
    question: 'other-technical-problems',
    title: `${title}: ${written}${settings.length > 1 ? ` and ${settings.length - 1} more` : ''}`,
    strength: settings.some(({ dialect }) => IN_FORCE.has(dialect)) ? 'linked' : 'present',
    facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
    weaknesses: [cwe],
    requirements: clauses.map((clause) => `TS 33.117 ${clause}`),
    identity: ['weak-management', subject, ...dialects],
    places: settings.slice(0, PLACES).map(({ place }) => place),
    matters,
    disproof:
      'The configuration is not the one in force, or something before the service keeps everybody away from it.',
  };
}

const TITLE_WRITTEN = 60;

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = text.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '·');
  return plain.length <= TITLE_WRITTEN ? plain : `${plain.slice(0, TITLE_WRITTEN - 1)}…`.toWellFormed();
}
