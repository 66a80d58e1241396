// node examples/examine/unverified-update/make.ts: writes the inputs of the examiner of unverified updates.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpdateObservation } from '#domain/observed-access';
import type { StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

let at = 0;

function placeIn(path: string) {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  return { artefact, path, range: [at, at + 40] as const };
}

/** What is not given is as of an image that is fetched and flashed. */
function update(path: string, values: Partial<UpdateObservation> = {}): Sighting {
  const observation: UpdateObservation = {
    kind: 'update',
    place: placeIn(path),
    installs: 'mtd write',
    origin: 'http://192.0.2.1/fw',
    check: 'none-seen',
    checkedBy: null,
    skippable: false,
    ...values,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function start(program: string, chain: readonly string[]): Sighting {
  const observation: StartObservation = {
    kind: 'start',
    place: placeIn(chain.at(-1) ?? program),
    by: 'cron',
    program,
    arguments: [],
    user: null,
    chain,
    condition: null,
    reached: true,
    present: true,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function write(name: string, note: string, sightings: readonly Sighting[]): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration: null, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('fetched-and-flashed', 'One script runs by a timer, another does not; one leaves TLS unchecked.', [
  update('usr/sbin/upgrade.sh'),
  start('/usr/sbin/upgrade.sh', ['etc/crontabs/root']),
  update('usr/sbin/other.sh', { installs: 'run by sh', origin: 'https://192.0.2.1/a.sh', skippable: true }),
  update('usr/sbin/tls.sh', { installs: 'run by sh', origin: 'https://192.0.2.1/a.sh' }),
]);

write('checksum-and-switch', 'No more than a checksum; a signature that can be left out; a manager that does not ask.', [
  update('usr/sbin/a.sh', { check: 'checksum', checkedBy: 'md5sum -c' }),
  update('usr/sbin/b.sh', { check: 'signature', checkedBy: 'usign -V', skippable: true }),
  update('etc/opkg.conf', { installs: 'opkg install', origin: null, checkedBy: 'option check_signature', skippable: true }),
]);

write('verified', 'A signature, a digest that the script itself holds: silent.', [
  update('usr/sbin/a.sh', { check: 'signature', checkedBy: 'openssl dgst -verify' }),
  update('usr/sbin/b.sh', { check: 'digest', checkedBy: 'sha256sum -c' }),
]);

write('check-elsewhere', 'The look-alike: functions that are handed an image, and a check that goes by its name: silent.', [
  update('lib/upgrade/common.sh', { origin: null }),
  update('lib/upgrade/platform.sh', { checkedBy: 'platform_check_image' }),
  update('lib/upgrade/usb.sh', { origin: '/tmp/fw.bin' }),
]);
