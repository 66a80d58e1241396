import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { LEVELS, type Level } from '#domain/level';
import type { Change, PlantingGround, Template } from '#domain/plugin';
import type { TreeEntry } from '#domain/task';
import { hiddenAccount } from '#engine/implant/hidden-account/hidden-account';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { logins } from '#engine/ground/logins';
import { implants } from '#engine/implant/index';
import { startedScripts } from '#engine/ground/start-up';
import { treeOf } from '#engine/ground/tree';
import { drawFrom } from '#engine/planting';

/** A made-up system: files by path, links by path with `→`, programs that are links to one. */
interface MadeUp {
  readonly files: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

const PROGRAMS = [
  'adduser',
  'base64',
  'cat',
  'chpasswd',
  'cp',
  'crond',
  'grep',
  'gunzip',
  'login',
  'mount',
  'ntpd',
  'rev',
  'sh',
  'sleep',
  'syslogd',
  'telnetd',
  'tr',
  'useradd',
  'usermod',
  'httpd',
];

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/var:/bin/false
net_mgmt:x:40:40:Network management:/var/net_mgmt:/bin/sh
net_log:x:41:41:Network log:/var/net_log:/bin/false
nobody:x:65534:65534:nobody:/var:/bin/false
`;

const SHADOW = `root:$1$Yd0OHjwm$T5JXuFqvZyDnDFCOXJZOa/:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
net_mgmt:!$1$Qm0eK2vn$e0Y2fRkXw9bJpOqV7sUcA1:19010:0:99999:7:::
net_log:!:19010:0:99999:7:::
nobody:*:19000:0:99999:7:::
`;

const ROUTER: MadeUp = {
  files: {
    'bin/busybox': '\x7fELF',
    'etc/passwd': PASSWD,
    'etc/shadow': SHADOW,
    'etc/inittab': '::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty ttyS0\n',
    'etc/init.d/rcS':
      '#!/bin/sh\nmount -a\n. /etc/init.d/common.sh\nfor s in /etc/init.d/S??*; do\n  $s start\ndone\n',
    'etc/init.d/common.sh': 'LOG=/var/log/boot\nexport LOG\n',
    'etc/init.d/S20log':
      '#!/bin/sh\nNAME=syslogd\ncase "$1" in\n  start)\n    echo "$NAME"\n    ;;\n  stop) exit 0 ;;\nesac\n',
    'etc/init.d/S30time':
      "#!/bin/sh\n# time\ncat <<END\necho 'nothing here runs'\nEND\nif [ -f /etc/nothing ]; then\n  echo never\nfi\necho time\n",
    'etc/net.conf': 'address=192.0.2.1\n',
    'etc/radio.dat': '0 1 2\n',
    'etc/httpd.conf': '/admin:netadmin:$1$Yd0OHjwm$T5JXuFqvZyDnDFCOXJZOa/\n',
    'www/status.html': '<p>up</p>',
    'www/wireless.html': '<p>on</p>',
  },
  links: Object.fromEntries(PROGRAMS.map((name) => [`bin/${name}`, 'busybox'])),
};

function groundOf({ files, links = {} }: MadeUp): PlantingGround {
  const entry = (path: string, type: TreeEntry['type'], mode: number): TreeEntry => ({
    path,
    type,
    mode,
    uid: 0,
    gid: 0,
    modifiedAt: null,
    target: null,
    device: null,
    stored: [],
    content: null,
    format: null,
  });
  return {
    entries: [
      ...Object.keys(files).map((path) => entry(path, 'file', /^bin\/|init\.d\//.test(path) ? 0o755 : 0o644)),
      ...Object.entries(links).map(([path, target]) => ({ ...entry(path, 'link', 0o777), target })),
    ],
    read: (path) => (files[path] === undefined ? null : Buffer.from(files[path], 'latin1')),
  };
}

interface Planting {
  readonly template: Template;
  readonly level: Level;
  readonly carrier: string;
  readonly changes: readonly Change[];
}

/** So many plants of every template and level that has a carrier. */
function plantingsIn(ground: PlantingGround, each: number): readonly Planting[] {
  return hiddenAccount.templates.flatMap((template) => {
    const carriers = template.carriers(ground);
    if (carriers.length === 0) return [];
    return LEVELS.flatMap((level) =>
      Array.from({ length: each }, (_, i) => {
        const draw = drawFrom(`${template.id}/${level}/${i}`);
        const carrier = carriers[draw(carriers.length)] ?? '';
        return { template, level, carrier, changes: template.plant(ground, carrier, level, draw) };
      }),
    );
  });
}

const ground = groundOf(ROUTER);
const plantings = plantingsIn(ground, 25);

test('at least four templates a class, exactly one held out', () => {
  for (const { id, templates } of implants) {
    assert.ok(templates.length >= 4, id);
    assert.equal(templates.filter(({ heldOut }) => heldOut).length, 1, id);
    assert.equal(new Set(templates.map((template) => template.id)).size, templates.length, id);
  }
});

test('every template finds a carrier in the made-up router, and nearly every plant is active', () => {
  const planted = new Set(plantings.map(({ template }) => template));
  assert.deepEqual(
    hiddenAccount.templates.filter((template) => !planted.has(template)).map(({ id }) => id),
    [],
  );
  for (const { template, level, changes } of plantings) {
    assert.ok(
      template.isActive(ground, changes),
      `${template.id}, ${level}: ${JSON.stringify(shown(changes))}`,
    );
  }
});

function shown(changes: readonly Change[]): unknown {
  return changes.map(({ path, bytes, planted }) => ({
    path,
    planted: planted.map(([from, to]) => Buffer.from(bytes.subarray(from, to)).toString('latin1')),
  }));
}

test('what is planted lies where it is said to lie; the rest is the file as it was', () => {
  for (const { template, changes } of plantings) {
    for (const { path, bytes, mode, planted } of changes) {
      const before = ground.read(path);
      assert.equal(mode === null, before !== null, `${template.id}: ${path}`);
      let kept = '';
      let at = 0;
      for (const [from, to] of planted) {
        assert.ok(from >= at && to > from && to <= bytes.length);
        kept += Buffer.from(bytes.subarray(at, from)).toString('latin1');
        at = to;
      }
      kept += Buffer.from(bytes.subarray(at)).toString('latin1');
      assert.ok(planted.length > 0, `${template.id}: ${path} without a planted range`);
      if (before !== null)
        assert.ok(isWithin(kept, Buffer.from(before).toString('latin1')), `${template.id}: ${path}`);
    }
  }
});

/** True when the text can be got from the other by leaving characters out. */
function isWithin(text: string, whole: string): boolean {
  let at = 0;
  for (const char of text) {
    at = whole.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

test('the same draw plants the same', () => {
  assert.deepEqual(
    plantingsIn(groundOf(ROUTER), 3).map(({ changes }) => shown(changes)),
    plantingsIn(ground, 3).map(({ changes }) => shown(changes)),
  );
});

test('what changes nothing opens nothing', () => {
  assert.equal(opensAccess(ground, []), false);
  const untouched: Change = {
    path: 'etc/passwd',
    bytes: Buffer.from(PASSWD),
    mode: null,
    planted: [[0, PASSWD.length]],
  };
  assert.equal(opensAccess(ground, [untouched]), false);
});

const HASH = '$1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU.';

/** What is done to the router, and whether somebody new gets in. */
const ORACLE: readonly (readonly [name: string, path: string, text: string, opens: boolean])[] = [
  ['a line with a hash of its own', 'etc/passwd', `${PASSWD}u:${HASH}:9:9::/:/bin/sh\n`, true],
  ['a line without a password', 'etc/passwd', `${PASSWD}u::9:9::/:/bin/sh\n`, true],
  ['a locked line', 'etc/passwd', `${PASSWD}u:*:9:9::/:/bin/sh\n`, false],
  [
    'a hash that is one character short',
    'etc/passwd',
    `${PASSWD}u:${HASH.slice(0, -1)}:9:9::/:/bin/sh\n`,
    false,
  ],
  ['a shell that is not there', 'etc/passwd', `${PASSWD}u:${HASH}:9:9::/:/bin/zsh\n`, false],
  ['a shell that ends at once', 'etc/passwd', `${PASSWD}u:${HASH}:9:9::/:/bin/false\n`, false],
  ['a user number that is none', 'etc/passwd', `${PASSWD}u:${HASH}:nine:9::/:/bin/sh\n`, false],
  ['a field too few', 'etc/passwd', `${PASSWD}u:${HASH}:9:9:/:/bin/sh\n`, false],
  [
    'a second line of a name, which nobody reads',
    'etc/passwd',
    `${PASSWD}daemon:${HASH}:9:9::/:/bin/sh\n`,
    false,
  ],
  ['a comment', 'etc/passwd', `${PASSWD}#u:${HASH}:9:9::/:/bin/sh\n`, false],
  ['x without a line in shadow', 'etc/passwd', `${PASSWD}u:x:9:9::/:/bin/sh\n`, false],
  ['an account that expired', 'etc/shadow', `net_mgmt:${HASH}:19000:0:99999:7::19001:\n${SHADOW}`, false],
  ['a lock taken off', 'etc/shadow', SHADOW.replace('!$', '$'), true],
  [
    'a password for an account without a shell',
    'etc/shadow',
    SHADOW.replace('net_log:!', `net_log:${HASH}`),
    false,
  ],
  [
    'a line at start-up',
    'etc/init.d/S30time',
    `${ROUTER.files['etc/init.d/S30time'] ?? ''}echo 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd\n`,
    true,
  ],
  [
    'a line in double quotes, where the shell eats the hash',
    'etc/init.d/S30time',
    `${ROUTER.files['etc/init.d/S30time'] ?? ''}echo "u:${HASH}:9:9::/:/bin/sh" >> /etc/passwd\n`,
    false,
  ],
  [
    'a line behind exit',
    'etc/init.d/S30time',
    `#!/bin/sh\nexit 0\necho 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd\n`,
    false,
  ],
  [
    'a line that a test guards',
    'etc/init.d/S30time',
    `#!/bin/sh\nif [ "$1" = never ]; then\necho 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd\nfi\n`,
    false,
  ],
  [
    'a line in a function nobody calls',
    'etc/init.d/S30time',
    `#!/bin/sh\nf() {\necho 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd\n}\n`,
    false,
  ],
  [
    'a line in another file',
    'etc/init.d/S30time',
    `#!/bin/sh\necho 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd.old\n`,
    false,
  ],
  [
    'a program that is not there',
    'etc/init.d/S30time',
    `#!/bin/sh\necho dTo= | xxd -r >> /etc/passwd\n`,
    false,
  ],
];

for (const [name, path, text, opens] of ORACLE) {
  test(`the oracle: ${name} ${opens ? 'lets somebody in' : 'lets nobody in'}`, () => {
    const bytes = Buffer.from(text, 'latin1');
    assert.equal(opensAccess(ground, [{ path, bytes, mode: null, planted: [[0, bytes.length]] }]), opens);
  });
}

test('a script that start-up does not come by lets nobody in', () => {
  const bytes = Buffer.from(`#!/bin/sh\necho 'u:${HASH}:9:9::/:/bin/sh' >> /etc/passwd\n`);
  const planted = [[0, bytes.length]] as const;
  assert.equal(opensAccess(ground, [{ path: 'usr/bin/reset', bytes, mode: 0o755, planted }]), false);
  assert.equal(
    opensAccess(ground, [{ path: 'etc/init.d/S99x', bytes, mode: 0o644, planted }]),
    false,
    'nor one that may not be run',
  );
  assert.equal(opensAccess(ground, [{ path: 'etc/init.d/S99x', bytes, mode: 0o755, planted }]), true);
});

test('accounts that only start-up puts in place are found where they lie', () => {
  const seeded = groundOf({
    files: {
      'bin/busybox': '\x7fELF',
      'etc/passwd.bak': 'root:*:0:0:root:/:/bin/sh\n',
      'etc/init.d/rcS': '#!/bin/sh\nmount -t tmpfs none /var\ncp -p /etc/passwd.bak /var/passwd\n',
    },
    links: { 'bin/sh': 'busybox', 'bin/login': 'busybox', 'etc/passwd': '/var/passwd' },
  });
  for (const { template, changes } of plantingsIn(seeded, 5))
    assert.ok(template.isActive(seeded, changes), template.id);
  assert.deepEqual(hiddenAccount.templates[0]?.carriers(seeded), ['etc/passwd.bak']);
});

test('a system inside another is a system', () => {
  const inner = Object.fromEntries(
    Object.entries(ROUTER.files).map(([path, text]) => [`srv/inner/rootfs/${path}`, text]),
  );
  const links = Object.fromEntries(
    Object.entries(ROUTER.links ?? {}).map(([path, target]) => [`srv/inner/rootfs/${path}`, target]),
  );
  const nested = groundOf({ files: inner, links });
  const own = plantingsIn(nested, 5);
  assert.ok(own.length > 50);
  for (const { template, changes } of own) assert.ok(template.isActive(nested, changes), template.id);
});

test('a tree without accounts, or without a program that asks for them, carries nothing', () => {
  for (const files of [{}, { 'etc/passwd': PASSWD }, { 'bin/login': '' }]) {
    for (const { carriers } of hiddenAccount.templates) assert.deepEqual(carriers(groundOf({ files })), []);
  }
});

test('start-up is followed as a service script of OpenWrt is entered', () => {
  const tree = treeOf(
    groundOf({
      files: {
        'etc/inittab': '::sysinit:/etc/init.d/rcS S boot\n',
        'etc/init.d/net':
          '#!/bin/sh /etc/rc.common\nSTART=20\nhelper() {\n  echo helper\n}\nstart() {\n  echo start\n}\nboot() {\n  echo boot\n}\n',
      },
      links: { 'etc/rc.d/S20net': '../init.d/net' },
    }),
  );
  const [script] = startedScripts(tree, '');
  assert.deepEqual(
    script?.reached.map(({ start, end }) => script.text.slice(start, end)),
    ['START=20', 'echo boot'],
  );
});

const busybox = spawnSync('busybox', ['--list'], { encoding: 'utf8' });
const bwrap = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']);
const skip =
  busybox.status !== 0
    ? 'busybox is missing'
    : bwrap.status !== 0
      ? 'bwrap is missing or may not be used'
      : false;

/** Of the plants one in so many is run: each takes as long as a thousand by the oracle. */
const RUN_EVERY = 6;

test('BusyBox, started in the changed system, leaves what the oracle says it leaves', { skip }, () => {
  const applets = new Set(busybox.stdout.split('\n'));
  let ran = 0;
  for (const [index, { template, level, changes }] of plantings.entries()) {
    if (index % RUN_EVERY > 0) continue;
    const script = changes.find(
      ({ path }) => path.startsWith('etc/init.d/') && ground.read(path) !== null,
    )?.path;
    const used = changes.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
    const missing = PROGRAMS.filter((name) => !applets.has(name));
    // Tools the host's BusyBox was built without cannot be shown, nor names put together from halves of theirs.
    if (
      script === undefined ||
      template.id === 'boot-tool' ||
      missing.some((name) => used.includes(`${name} -`))
    )
      continue;
    const { passwd, shadow } = afterBoot(changes, script);
    const files = {
      read: (path: string) => (path === '/etc/passwd' ? passwd : path === '/etc/shadow' ? shadow : null),
    };
    const tree = treeOf(ground);
    const known = logins({ read: (path) => (path === '/etc/passwd' ? PASSWD : SHADOW) }, tree, '');
    const now = [...logins(files, tree, '')].filter((login) => !known.has(login));
    assert.ok(now.length > 0, `${template.id}, ${level}: ${JSON.stringify(shown(changes))} left ${passwd}`);
    ran++;
  }
  assert.ok(ran > 30, `${ran} ran`);
});

/** Lays the changed system out, runs one script in it and reads the files of accounts back. */
function afterBoot(
  changes: readonly Change[],
  script: string,
): { readonly passwd: string; readonly shadow: string } {
  const root = mkdtempSync(join(tmpdir(), 'implant-'));
  try {
    const write = (path: string, bytes: Uint8Array | string, mode: number) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
      chmodSync(join(root, path), mode);
    };
    for (const { path, mode } of ground.entries) write(path, ground.read(path) ?? '', mode ?? 0o644);
    for (const name of PROGRAMS) {
      rmSync(join(root, 'bin', name));
      if (name === 'sleep') write('bin/sleep', '#!/bin/sh\nexit 0\n', 0o755);
      else symlinkSync('busybox', join(root, 'bin', name));
    }
    for (const { path, bytes, mode } of changes)
      write(path, bytes, mode ?? (path.includes('init.d/') ? 0o755 : 0o644));
    for (const folder of ['tmp', 'dev', 'proc', 'var/log', 'etc/default'])
      mkdirSync(join(root, folder), { recursive: true });
    const host = [
      '--ro-bind',
      '/lib',
      '/lib',
      ...['/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    ];
    const bound = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
    const inside = [
      '--ro-bind',
      bound,
      '/bin/busybox',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      '--setenv',
      'PATH',
      '/bin',
    ];
    const shell = `set -- start; . /${script} >/dev/null 2>/tmp/said; wait; cat /etc/passwd; echo =====; cat /etc/shadow`;
    const run = spawnSync(
      'bwrap',
      [
        '--unshare-all',
        '--uid',
        '0',
        '--gid',
        '0',
        '--cap-add',
        'ALL',
        '--bind',
        root,
        '/',
        ...host,
        ...inside,
        '/bin/busybox',
        'sh',
        '-c',
        shell,
      ],
      { encoding: 'latin1' },
    );
    const [passwd = '', shadow = ''] = run.stdout.split('=====\n');
    assert.equal(run.status, 0, `${run.stderr} ${readFileSync(join(root, 'tmp/said'), 'utf8')}`);
    return { passwd, shadow };
  } finally {
    rmSync(root, { recursive: true });
  }
}
