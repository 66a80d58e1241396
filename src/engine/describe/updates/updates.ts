import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { readShell } from '#engine/bytes/shell';
import { latin1 } from '#engine/bytes/text';
import { managedBy } from '#engine/describe/updates/managers';
import { installedBy, type Installed } from '#engine/describe/updates/script';

const TEXT_LIMIT = 1024 * 1024;
/** Commands given of one file. */
const MOST = 100;

/** Scripts that replace software of the device, and what managers of packages are told about signatures. */
export const updates: EntryObserver = {
  kind: 'observer',
  id: 'updates',
  version: 1,
  doc: {
    name: 'ways software is replaced',
    says: 'Gives every command of a shell script that writes flash, installs packages or runs what was fetched, with where the software comes from and the strongest check that the script holds. A check that goes by its name alone is named, and its worth left open: none seen. Of managers of packages it gives whether they ask for signatures.',
    sources: [
      'Manuals of mtd and sysupgrade of OpenWrt, mtd-utils, swupdate, rauc, opkg, apt, dpkg, rpm, apk; wget, curl, tftp and ftpget of BusyBox 1.36',
      'openssl-dgst(1), gpg(1), usign, signify(1), sha256sum(1)',
      'apt.conf(5), sources.list(5), yum.conf(5)',
    ],
    limits: [
      'Updates that compiled programs, Lua or PHP carry out are not seen.',
      'A check counts wherever it stands in the script; whether it comes before and looks at the same file is not followed. Errs towards a check.',
      'A check that another script makes, before it calls this one, is not seen: then the origin is not visible either.',
      'A digest counts as a checksum when the script fetches more than one thing, since the digest may be one of them.',
    ],
  },
  reads: 'entry',
  wants: ({ type, content, path, format }) =>
    type === 'file' &&
    content !== null &&
    content.size >= 8 &&
    content.size <= TEXT_LIMIT &&
    (format === null || format === 'text') &&
    !/(?:^|\/)(?:docs?|man|info|examples?|locale|tests?)\/|\.(?:html?|css|js|json|xml|svg|png|gif|jpe?g|c|h|md|po|mo|ko|so|control|lua|php|py|pl|pm)$/i.test(
      path,
    ),
  observe({ path }, source, place) {
    return findingsIn(path, source)
      .slice(0, MOST)
      .map(({ range, ...values }): Observation => ({ kind: 'update', place: place(range), ...values }));
  },
};

function findingsIn(path: string, source: Source): readonly Installed[] {
  const bytes = source.bytes(0, source.size);
  if (bytes.subarray(0, 4096).includes(0)) return [];
  const text = latin1(bytes);
  const managed = managedBy(path, text);
  if (managed.length > 0) return managed;
  const words = interpreterOf(bytes);
  if (words === null ? !/\.sh$|(?:^|\/)[^/.]+$/.test(path) : !isShell(bytes)) return [];
  if (
    !/\bmtd|\bdd\b|flash|upgrade|update|nandwrite|opkg|ipkg|dpkg|\brpm\b|\bapk\b|apt|yum|dnf|pip|rauc|mender|wget|curl|fetch|tftp|ftpget|scp\b|tar\b/.test(
      text,
    )
  )
    return [];
  return installedBy(readShell(bytes), path);
}
