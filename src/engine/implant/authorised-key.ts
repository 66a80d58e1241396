import type { Implant } from '#domain/plugin';
import { addedText, vehiclesOf } from '#engine/ground/vehicles';

import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Level } from '#domain/level';
import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { below } from '#engine/ground/tree';

/** RFC 8410: before the 32 octets of a private key of Ed25519 in PKCS#8. */
const BEFORE_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The public half of a key made from the draws; the private half is forgotten. */
function publicKey(level: Level, draw: Draw): string {
  const seed = Uint8Array.from({ length: 32 }, () => draw(256));
  const key = createPrivateKey({ key: Buffer.concat([BEFORE_SEED, seed]), format: 'der', type: 'pkcs8' });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const blob = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    point,
  ]);
  const who = level === 'overt' ? 'warden@maker' : `root@${pick(['localhost', 'build', 'router'], draw)}`;
  return `ssh-ed25519 ${blob.toString('base64')} ${who}`;
}

/** Key that may log in. */
export const authorisedKey: Implant = {
  kind: 'implant',
  id: 'authorised-key',
  version: 1,
  doc: {
    name: 'Key that may log in',
    says: 'The public half of a key is put where a server of the target reads those that may log in. Nobody has the private half.',
    sources: ['sshd(8), AUTHORIZED_KEYS FILE FORMAT; dropbear(8)', 'RFC 8709'],
    limits: [
      'Keys that a server has built in or asks a command for are not planted.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'undocumented-access',
  templates: vehiclesOf({
    ways: [
      (_site, level, draw) => [`echo "${publicKey(level, draw)}" >> /root/.ssh/authorized_keys`],
      (site, level, draw) =>
        site.has('dropbear') ? [`echo "${publicKey(level, draw)}" >> /etc/dropbear/authorized_keys`] : null,
      (site, level, draw, changes) => {
        const path = `/etc/${level === 'overt' ? 'warden.pub' : pick(['ssh/moduli.pub', 'ppp/peers.pub'], draw)}`;
        changes.push(addedText(below(site.root, path), `${publicKey(level, draw)}\n`, 0o644));
        return [`cat ${path} >> /root/.ssh/authorized_keys`];
      },
      (site, level, draw) =>
        site.has('sshd') ? [`echo "${publicKey(level, draw)}" >> /home/admin/.ssh/authorized_keys`] : null,
    ],
    isDone: ({ written }) =>
      [...written].some(
        ([path, text]) => path.endsWith('/authorized_keys') && /ssh-ed25519 [A-Za-z0-9+/]{68}/.test(text),
      ),
  }),
};
