// node examples/describe/updates/make.ts: writes the inputs of the observer of updates.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface File {
  readonly path: string;
  readonly text: string;
  readonly mode?: string;
}

function write(name: string, note: string, input: File): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

const script = (...given: readonly string[]) => ['#!/bin/sh', ...given].map((line) => `${line}\n`).join('');

write('fetched-and-flashed', 'The image goes from the server into flash; the password of the address is cut.', {
  path: 'usr/sbin/upgrade.sh',
  text: script(
    'SERVER=http://box:tin-drum-2@192.0.2.1/fw',
    'wget -O /tmp/fw.gz $SERVER/latest.gz?id=1',
    'gunzip -c /tmp/fw.gz > /tmp/fw.bin',
    'mtd -r write /tmp/fw.bin linux',
  ),
});

write('fetched-and-run', 'What was fetched is run: through a pipeline, in a substitution, by its name, by a shell.', {
  path: 'etc/init.d/agent',
  text: script(
    'curl -sk https://192.0.2.1/a.sh | sh',
    'eval "$(wget -qO- http://192.0.2.2/b)"',
    'tftp -g -r c -l /tmp/c 192.0.2.3',
    'chmod +x /tmp/c; /tmp/c start',
    'ftpget 192.0.2.4 /tmp/d d',
    'sh /tmp/d',
    'wget http://192.0.2.5/e.tgz -O /tmp/e.tgz',
    'tar -xzf /tmp/e.tgz -C /opt',
  ),
});

write('signature', 'A signature is verified first.', {
  path: 'usr/sbin/upgrade.sh',
  text: script(
    'wget -O /tmp/fw https://192.0.2.1/fw',
    'wget -O /tmp/fw.sig https://192.0.2.1/fw.sig',
    'sha256sum /tmp/fw',
    'openssl dgst -sha256 -verify /etc/key.pem -signature /tmp/fw.sig /tmp/fw || exit 1',
    'dd if=/tmp/fw of=/dev/mtdblock4',
  ),
});

write('digest-from-the-same-place', 'A digest that is fetched beside the image is no more than a checksum.', {
  path: 'usr/sbin/upgrade.sh',
  text: script(
    'wget -O /tmp/fw http://192.0.2.1/fw',
    'wget -O /tmp/fw.md5 http://192.0.2.1/fw.md5',
    'if md5sum -c /tmp/fw.md5; then flashcp /tmp/fw /dev/mtd3; fi',
  ),
});

write('outcome-ignored', 'The check is made and nothing follows from it.', {
  path: 'usr/sbin/upgrade.sh',
  text: script(
    'wget -O /tmp/fw http://192.0.2.1/fw',
    'usign -V -m /tmp/fw -p /etc/key.pub || echo "bad signature"',
    'sysupgrade -F /tmp/fw',
  ),
});

write('library', 'The look-alike: functions that are handed an image. Where it comes from is not visible.', {
  path: 'lib/upgrade/platform.sh',
  text: script(
    'default_do_upgrade() {',
    '  get_image "$1" | mtd write - "${PART_NAME:-image}"',
    '}',
    'do_start() { validate_firmware_image "$1" || return 1; default_do_upgrade "$1"; }',
  ),
});

write('other-uses', 'The look-alike: flash is read, a disk is copied, a file is fetched and kept. Nothing is installed.', {
  path: 'usr/bin/backup.sh',
  text: script(
    'dd if=/dev/mtdblock2 of=/tmp/config.bin',
    'mtd erase rootfs_data',
    'wget -O /tmp/list http://192.0.2.1/list',
    'grep -q box /tmp/list && cp /tmp/list /etc/list',
    'opkg list-installed',
    'tar -czf /tmp/x.tgz -C / etc',
  ),
});

write('opkg-without-signatures', 'Feeds, and nothing that asks for signatures.', {
  path: 'etc/opkg.conf',
  text: 'src/gz base http://feeds.example.net/base\ndest root /\n',
});

write('opkg-with-signatures', 'The option stands there.', {
  path: 'etc/opkg.conf',
  text: 'dest root /\noption check_signature\n',
});

write('apt-trusts-everything', 'A source whose signatures are not asked for.', {
  path: 'etc/apt/sources.list.d/vendor.list',
  text: '# deb [trusted=yes] http://old.example.net stable main\ndeb [trusted=yes] http://feeds.example.net stable main\n',
});
