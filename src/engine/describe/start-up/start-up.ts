import type { Observation } from '#domain/observation';
import type { TreeObserver } from '#domain/plugin';
import type { TreeEntry } from '#domain/task';
import { plainPath } from '#engine/bytes/text';
import { readCron } from '#engine/describe/start-up/cron';
import { readEvents } from '#engine/describe/start-up/events';
import { readSuperServers } from '#engine/describe/start-up/inetd';
import { readInittab } from '#engine/describe/start-up/inittab';
import { hasInit, isRcPath, readConventions, readFirst, readRunlevels } from '#engine/describe/start-up/rc';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { presenceOf, type Reader, readerOf } from '#engine/describe/start-up/reader';
import { readWaiting } from '#engine/describe/start-up/script';
import { type Start, START_LIMIT, Starts } from '#engine/describe/start-up/starts';
import { readSupervised } from '#engine/describe/start-up/supervise';
import { readNamedUnits, readSystemd } from '#engine/describe/start-up/systemd';
import { type System, systemsOf, TEXT_LIMIT } from '#engine/describe/start-up/tree';

/** Rounds over conventions that depend on what other conventions start (inetd by rc, a script by inetd, …). */
const ROUNDS = 4;
/** BusyBox is about 1 MiB. */
const BUSYBOX_LIMIT = 8 * 1024 * 1024;

/** Programs that a system starts by itself, with the files that lead to each. */
export const startUp: TreeObserver = {
  kind: 'observer',
  id: 'start-up',
  version: 1,
  doc: {
    name: 'What starts by itself',
    says: 'Gives every program that start-up runs, with arguments, user, condition and the chain of files that leads to its line: inittab, rc scripts and links, procd, OpenRC, systemd, inetd and xinetd, cron, hotplug, udev, interface scripts, runit and s6. Shell scripts are read as a shell would, never run.',
    sources: [
      'IEEE Std 1003.1-2017 (POSIX), Shell Command Language',
      'BusyBox examples/inittab; inittab(5); inetd.conf(5); xinetd.conf(5); crontab(5)',
      'systemd.unit(5), systemd.service(5), systemd.socket(5), systemd.syntax(7)',
      'OpenWrt rc.common and procd.sh',
      'udev(7); BusyBox docs/mdev.txt; runsv(8)',
    ],
    limits: [
      `At most ${START_LIMIT} starts of a tree are given, those that start-up reaches first, and at most half a million commands are looked at; utilities on files, text and processes are left out.`,
      'What a compiled program starts by itself is not seen, nor scripts in other languages than shell, nor Upstart and Android tables.',
      'Scripts that are written while the system runs, here-documents and scripts on other partitions are not read.',
      'Where nothing tells how init begins, scripts in the usual places count as reached if the tree has an init, and as not reached if it has none.',
      'Conditions are given as written. Only comparisons of constants and files that the tree already has are decided.',
      'A variable that another file sets stays as written.',
    ],
  },
  reads: 'tree',
  wants: (entry) => wanted(entry),
  observe(entries, open, place) {
    return systemsOf(entries, open, place).flatMap((system) => observeSystem(system));
  },
};

function observeSystem(system: System): readonly Observation[] {
  const starts = new Starts();
  const reader = readerOf(system, starts);
  const table = readInittab(reader);
  const systemd = readSystemd(reader);
  readFirst(reader);
  if (!table && !systemd) readConventions(reader);
  readRunlevels(reader);
  readWaiting(reader);
  for (let round = 0, before = -1; round < ROUNDS && before !== starts.changes; round++) {
    before = starts.changes;
    readNamedUnits(reader);
    readSuperServers(reader);
    readSupervised(reader);
    readCron(reader);
    if (round === 0) readEvents(reader, table || systemd || hasInit(system));
    readWaiting(reader);
  }
  readRest(reader);
  const isApplet = appletsOf(system);
  return starts.observations(
    system,
    (start: Start) => presenceOf(start.program, start.applet, reader, isApplet),
    reader.functions,
  );
}

/** Scripts that nothing leads to are described as not reached. */
function readRest(reader: Reader): void {
  const { system } = reader;
  for (const path of system.paths) {
    const file = system.linkAt(path) === null ? system.file(path) : null;
    if (file === null || reader.reachedFiles.has(path) || isDocumentation(path)) continue;
    const bytes = system.text(file);
    if (bytes === null || !isShell(bytes)) continue;
    const named = isRcPath(path);
    // a text without a first line that names a shell may be anything
    const executable = ((file.entry.mode ?? 0o111) & 0o111) !== 0;
    if (interpreterOf(bytes) === null && !path.endsWith('.sh') && !(named && executable)) continue;
    const context = {
      by: named ? 'rc' : 'script',
      user: null,
      chain: [],
      conditions: [],
      reached: false,
    };
    reader.waiting.push({ path, args: null, context, depth: 1 });
  }
  readWaiting(reader);
}

/** Examples and documentation are not run by anything. */
function isDocumentation(path: string): boolean {
  return /(?:^|\/)(?:share\/(?:doc|doc-base|man|info)|examples)\//.test(path);
}

/** Looks up names in the table of applets inside BusyBox: they stand there one after another, each ended by a zero byte. */
function appletsOf(system: System): (name: string) => boolean | null {
  let bytes: Buffer | null | undefined;
  const load = (): Buffer | null => {
    for (const path of ['bin/busybox', 'usr/bin/busybox', 'sbin/busybox', 'usr/sbin/busybox']) {
      const file = system.file(path);
      const content = file === null ? null : system.bytes(file, BUSYBOX_LIMIT);
      if (content !== null) return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    }
    return null;
  };
  const known = new Map<string, boolean>();
  return (name) => {
    bytes ??= load();
    if (bytes === null || bytes === undefined) return null;
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = bytes.includes(`\0${name}\0`, 0, 'latin1');
    if (known.size < 4096) known.set(name, found);
    return found;
  };
}

/** Links, programs, and files that may be a script or a table of start-up. */
function wanted(entry: TreeEntry): boolean {
  const path = plainPath(entry.path);
  if (
    /\.(?:so|ko|a|o|la|gz|xz|html?|css|png|gif|jpe?g|svg|mo|pyc?|js|lua|pem|crt|h|c)(?:\.[\d.]+)?$/i.test(
      path,
    )
  )
    return false;
  if (entry.type === 'link' || entry.type === 'hard-link')
    return !/(?:^|\/)usr\/share\/(?!udhcpc)/.test(path);
  if (entry.type !== 'file' || entry.content === null) return false;
  if (/(?:^|\/)s?bin\/[^/]+$/.test(path)) return true;
  const executable = ((entry.mode ?? 0o111) & 0o111) !== 0;
  if (entry.content.size > TEXT_LIMIT) return executable && entry.format === 'elf';
  if (executable && entry.format !== null) return !/(?:^|\/)usr\/share\/(?:doc|man)\//.test(path);
  return (
    /(?:^|\/)(?:etc|systemd|udev|crontabs|cron|service|udhcpc)\//.test(path) ||
    /(?:\.sh|(?:^|\/)(?:init|linuxrc|preinit|run))$/.test(path) ||
    executable
  );
}
