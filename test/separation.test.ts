import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LEVELS } from '#domain/level';
import { NO_KNOWLEDGE } from '#domain/knowledge';
import type { Implant, PlantingGround, Template } from '#domain/plugin';
import type { TreeEntry } from '#domain/task';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { implants } from '#engine/implant/index';
import { drawFrom, plantClass } from '#engine/planting';
import { memoryBlobs } from '#ports/store/memory';
import { filesBelow } from '../scripts/imports.ts';
import { casesOf } from '../scripts/cases.ts';
import { pluginFiles, ROOMS, ROOT } from '../scripts/plugins.ts';
import { literalsOf, runsOf, sharedRuns } from '../scripts/separation.ts';

/** Plants of each template and level in each ground. */
const PLANTS = 12;

/** Words that planters and examiners both have from a third, and who that is. */
const ALLOWED: Readonly<Record<string, string>> = {
  '/etc/passwd': 'passwd(5) fixes the name',
  '/etc/shadow': 'shadow(5) fixes the name',
  '/bin/sh': 'POSIX: the shell; passwd(5): the default',
  '#!/bin/sh': 'execve(2): how a script names its shell',
  ':x:0:0:': 'passwd(5): shadowed, superuser',
  ':99999:7:::': 'shadow(5): the usual periods',
  chpasswd: 'a tool of the system',
  adduser: 'a tool of the system',
  useradd: 'a tool of the system',
  usermod: 'a tool of the system',
  base64: 'a tool of the system',
  base64_decode: 'PHP fixes the name of its function',
  decode_base64: 'Perl fixes the name of its function',
  gunzip: 'a tool of the system',
  ' printf ': 'a tool of the system, POSIX',
  ' echo ': 'a tool of the system, POSIX',
  ' sleep ': 'a tool of the system, POSIX',
  'mount -o bind': 'mount(8)',
  'adduser -D': 'a tool of the system, with the option that asks for no password',
  'httpd.conf': 'BusyBox httpd fixes the name',
  'mini_httpd.conf': 'mini_httpd fixes the name',
  http_passwd: 'the setting of that name in the NVRAM of Broadcom devices, and many like it',
  'A-Za-z': 'POSIX: all letters',
  '2>/dev/null': 'POSIX: without a word of errors',
  '>/dev/null 2>&1': 'POSIX: without a word',
  'telnetd -l /bin/sh -p': 'telnetd(8) of BusyBox: its options',
  'TCP-LISTEN:': 'socat(1) fixes the word',
  'reuseaddr,fork': 'socat(1) fixes the words',
  'EXEC:/bin/sh': 'socat(1) fixes the word',
  dbclient: 'dbclient(1)',
  'localhost:22': 'hosts(5): the machine itself',
  '127.0.0.1': 'RFC 6890: the machine itself',
  authorized_keys: 'sshd(8) fixes the name',
  '/etc/ssh/moduli': 'moduli(5) of OpenSSH',
  'ssh-ed25519': 'RFC 8709 fixes the word',
  '/root/.ssh/': 'ssh(1) fixes the folder',
  ' eval ': 'POSIX: a built-in of the shell',
  '/proc/net/': 'proc(5)',
  '/sys/class/net/': 'sysfs(5) of Linux',
  '/address)': 'sysfs: the address of a device',
  '/dev/null': 'null(4)',
  'https://': 'RFC 9110',
  'http://': 'RFC 9110',
  'iptables -t mangle -A POSTROUTING': 'iptables(8)',
  'iptables -I FORWARD -p udp': 'iptables(8)',
  '-j TEE --gateway ': 'iptables-extensions(8)',
  '-j NFLOG --nflog-group ': 'iptables-extensions(8)',
  '--dport ': 'iptables-extensions(8)',
  ' action mirred egress mirror dev ': 'tc-mirred(8)',
  'protocol all u32 match ': 'tc-u32(8)',
  'tc filter add dev ': 'tc(8)',
  'tc qdisc add dev ': 'tc(8)',
  ' ingress': 'tc(8)',
  'parent ffff: ': 'tc(8)',
  'ip link add ': 'ip-link(8)',
  'ip link set ': 'ip-link(8)',
  '/etc/ppp/': 'pppd(8) fixes the folder',
  '/var/run': 'hier(7)',
  dropbear_: 'the program of the target, at the front of a name',
  dbclient_: 'the program of the target, at the front of a name',
  ' type gretap remote ': 'ip-link(8)',
  'ip tunnel add ': 'ip-tunnel(8)',
  ' mode gre remote ': 'ip-tunnel(8)',
  ' local any': 'ip-tunnel(8)',
  'tcpdump -i ': 'tcpdump(8)',
  '/var/log/messages': 'syslogd(8): the usual file',
  '/var/log/wtmp': 'utmp(5)',
  'killall ': 'a tool of the system',
  syslogd: 'syslogd(8)',
  '/etc/ld.so.preload': 'ld.so(8) fixes the name',
  'exec -a ': 'bash(1): the name of a program',
  '[kworker/0:9]': 'Linux names its threads so',
  '[ksoftirqd/': 'Linux names its threads so',
  '/etc/hosts': 'hosts(5) fixes the name',
  '/etc/resolv.conf': 'resolv.conf(5) fixes the name',
  'nameserver ': 'resolv.conf(5)',
  '/etc/dnsmasq.conf': 'dnsmasq(8)',
  'address=/': 'dnsmasq(8)',
  dnsmasq: 'dnsmasq(8)',
  'insmod ': 'a tool of the system',
  ftpput: 'ftpput of BusyBox',
  'mount -o bind ': 'mount(8)',
  '/dev/shm': 'shm_overview(7)',
  'openvpn --daemon --dev tap --remote ': 'openvpn(8)',
  '--secret ': 'openvpn(8)',
  nf_conntrack: 'proc(5)',
  dropbear: 'dropbear(8)',
  'www.wikipedia.org': 'a name everybody knows',
  '/usr/share/': 'hier(7)',
  '/usr/lib/': 'hier(7)',
  '/usr/sbin/': 'hier(7)',
  '/usr/bin/': 'hier(7)',
  '/lib/firmware/': 'hier(7)',
};

/** A tree of files as a planter sees it, and all its text. */
interface Place {
  readonly name: string;
  readonly ground: PlantingGround;
  readonly text: string;
}

function placeAt(name: string, folder: string, settings: string): Place {
  const { links = {}, modes = {} } = (
    existsSync(settings) ? JSON.parse(readFileSync(settings, 'utf8')) : {}
  ) as { links?: Record<string, string>; modes?: Record<string, string> };
  const paths = filesBelow(folder, '.', '');
  const nothing = { uid: 0, gid: 0, modifiedAt: null, device: null, stored: [], content: null, format: null };
  const entries: TreeEntry[] = [
    ...paths.map((path) => ({
      ...nothing,
      path,
      type: 'file' as const,
      mode: Number.parseInt(modes[path] ?? '644', 8),
      target: null,
    })),
    ...Object.entries(links).map(([path, target]) => ({
      ...nothing,
      path,
      type: 'link' as const,
      mode: 0o777,
      target,
    })),
  ];
  const contents = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
  const text = entries
    .map(({ path, target }) => `/${path}\n${target ?? ''}\n${contents.get(path)?.toString('latin1') ?? ''}`)
    .join('\n');
  return { name, ground: { entries, read: (path) => contents.get(path) ?? null }, text };
}

const places = ROOMS.filter(({ folder }) => folder === 'implant')
  .flatMap((room) => pluginFiles(room))
  .flatMap((file) => casesOf(file))
  .map(({ name, folder }) => placeAt(name, join(ROOT, folder, 'input'), join(ROOT, folder, 'input.json')));

/** Everything planted in a place, each run with who planted it. */
function* plantedIn(
  { ground }: Place,
  all: readonly Implant[],
): Generator<{ readonly by: string; readonly text: string }> {
  for (const { id, templates } of all) {
    for (const template of templates) {
      const carriers = template.carriers(ground);
      if (carriers.length === 0) continue;
      for (const level of LEVELS) {
        for (let i = 0; i < PLANTS; i++) {
          const draw = drawFrom(`${id}/${template.id}/${level}/${i}`);
          const changes = template.plant(ground, carriers[draw(carriers.length)] ?? '', level, draw);
          for (const { path, bytes, planted } of changes) {
            yield { by: `${template.id}, ${level}`, text: path };
            for (const [from, to] of planted)
              yield {
                by: `${template.id}, ${level}`,
                text: Buffer.from(bytes.subarray(from, to)).toString('latin1'),
              };
          }
        }
      }
    }
  }
}

/** What finds implants: literals of observers and examiners, and all data. */
function findersTexts(): readonly string[] {
  const sources = ['describe', 'examine'].flatMap((room) => filesBelow(ROOT, `src/engine/${room}`, '.ts'));
  const data = filesBelow(ROOT, 'data', '');
  return [
    ...sources.flatMap((file) => literalsOf(readFileSync(join(ROOT, file), 'utf8'))),
    ...data.flatMap((file) => valuesIn(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))),
  ];
}

/** Keys whose values are for people: nothing is compared with them. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['source', 'name', 'title', 'says', 'vendor']);

/** Every text among the values of a document. */
function valuesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (FOR_PEOPLE.has(key) ? [] : valuesIn(inner)));
}

function sharedBetween(all: readonly Implant[], finders: readonly string[]): readonly string[] {
  const known = runsOf(finders);
  const shared = new Set<string>();
  for (const place of places) {
    for (const { by, text } of plantedIn(place, all)) {
      for (const run of sharedRuns(text, known, place.text, Object.keys(ALLOWED)))
        shared.add(`${by}: ${JSON.stringify(run)}`);
    }
  }
  return [...shared];
}

test('what is planted shares no word with what finds it, but for words both have from a third', () => {
  assert.ok(places.length > 0);
  assert.deepEqual(sharedBetween(implants, findersTexts()), []);
});

test('every allowed word has its reason, and is no longer than a word', () => {
  for (const [word, reason] of Object.entries(ALLOWED)) assert.ok(reason !== '' && word.length <= 40, word);
});

const [first] = implants;
assert.ok(first !== undefined);
const [template] = first.templates;
assert.ok(template !== undefined);

/** The first implant with one template changed. */
function rigged(change: Partial<Template>): Implant {
  return { ...(first as Implant), templates: [{ ...(template as Template), ...change }] };
}

/** A planter that leaves the same mark in all it plants. */
const marking = rigged({
  plant: (ground, carrier) => {
    const before = Buffer.from(ground.read(carrier) ?? '');
    const mark = 'qeluvo:$1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU.:0:0::/:/bin/sh\n';
    return [
      {
        path: carrier,
        bytes: Buffer.concat([before, Buffer.from(mark)]),
        mode: null,
        planted: [[before.length, before.length + mark.length]],
      },
    ];
  },
});

/** Examiners that look for the mark, each in another way. */
const MARKED = [
  "if (name === 'qeluvo') statements.push(found);",
  'const KNOWN = ["telnetd", "qeluvo"];',
  'const mark = /^qeluvo:/m;',
  'const found = text.includes(`qeluvo:$1`);',
  String.raw`const hash = /\$1\$abcdefgh\$/;`,
];

for (const source of MARKED) {
  test(`an examiner made for the planter's mark is caught: ${source}`, () => {
    assert.notDeepEqual(sharedBetween([marking], literalsOf(source)), []);
  });
}

test('an examiner that knows only the format is not', () => {
  assert.deepEqual(
    sharedBetween(
      [marking],
      literalsOf("// qeluvo\nconst field = /^[^:]+:[^:]*:0:/; const file = 'etc/passwd';"),
    ),
    [],
  );
});

/** Planters that plant nothing, and what they do instead. */
const EMPTY: Readonly<Record<string, Template['plant']>> = {
  'changes nothing': () => [],
  'gives the file back as it was': (ground, carrier) => {
    const bytes = ground.read(carrier) ?? new Uint8Array();
    return [{ path: carrier, bytes, mode: null, planted: [[0, bytes.length]] }];
  },
  'adds a comment': (ground, carrier) => {
    const bytes = Buffer.concat([ground.read(carrier) ?? new Uint8Array(), Buffer.from('# nobody\n')]);
    return [{ path: carrier, bytes, mode: null, planted: [[bytes.length - 9, bytes.length]] }];
  },
  'adds an account that cannot log in': (ground, carrier) => {
    const line = 'ghost:*:99:99::/:/bin/sh\n';
    const bytes = Buffer.concat([ground.read(carrier) ?? new Uint8Array(), Buffer.from(line)]);
    return [{ path: carrier, bytes, mode: null, planted: [[bytes.length - line.length, bytes.length]] }];
  },
};

for (const [what, plant] of Object.entries(EMPTY)) {
  test(`a planter that ${what} is caught by the oracle`, () => {
    const blobs = memoryBlobs();
    const empty = rigged({ plant, isActive: opensAccess });
    const registry = {
      formats: [],
      observers: [],
      elicitors: [],
      examiners: [],
      implants: [empty],
      code: {},
      knowledge: NO_KNOWLEDGE,
    };
    const [place] = places;
    assert.ok(place !== undefined);
    const entries = place.ground.entries.map((entry) => {
      const bytes = place.ground.read(entry.path);
      return bytes === null ? entry : { ...entry, content: blobs.put(bytes) };
    });
    const task = {
      kind: 'plant',
      implant: empty.id,
      grounds: [{ tree: 't', entries }],
      perLevel: 14,
      gapShare: 0,
      seed: '1',
    } as const;
    assert.deepEqual(plantClass(task, registry, blobs), {
      kind: 'planted',
      plants: [],
      unplantable: Object.fromEntries(LEVELS.map((level) => [level, 'no plant became active'])),
    });
  });
}
