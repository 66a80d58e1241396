// node examples/examine/disguised-file/make.ts: writes the inputs of the examiner of files in disguise.
import type { DisguiseForm } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const file = (path: string, form: DisguiseForm, seems: string, is: string) => seenIn(path, { kind: 'disguise', form, seems, is });

writeSights(import.meta.dirname, {
  disguises: {
    note: 'One of each kind; the first is what start-up runs.',
    sightings: [
      file('www/images/logo.jpg', 'type-disagrees', 'jpg', 'elf'),
      seenIn('etc/init.d/S10', {
        kind: 'start',
        by: 'rc',
        program: '/www/images/logo.jpg',
        arguments: [],
        user: null,
        chain: ['etc/inittab', 'etc/init.d/S10'],
        condition: null,
        reached: true,
        present: true,
      }),
      file('usr/lib/libx.so', 'type-disagrees', 'so', 'script'),
      file('www/a.png', 'size-disagrees', 'png of 57 bytes', '8000 more bytes, a program'),
      file('usr/sbin/.cache/netd', 'hidden-name', '.cache', 'elf'),
      file('var/tmp/.../x', 'hidden-name', '...', 'file'),
      file('usr/bin/passwd ', 'hidden-name', 'passwd␣', 'script'),
      file('usr/bin/сurl', 'look-alike-name', 'U+0441url', 'elf'),
    ],
  },
  'look-alikes': {
    note: 'What fooled us: what tools hide by habit, a hidden file that cannot run, bytes behind the end of a picture that are nothing that runs,\nmodules (another’s), processes (another’s), files of tests.',
    sightings: [
      file('usr/lib/.build-id/ab/cd', 'hidden-name', '.build-id', 'elf'),
      file('usr/lib/.libx.so.hmac', 'hidden-name', '.libx.so.hmac', 'file'),
      file('usr/share/notify/.DS_Store', 'hidden-name', '.DS_Store', 'executable file'),
      file('usr/lib/.note', 'hidden-name', '.note', 'file'),
      file('www/a.jpg', 'size-disagrees', 'jpeg of 57 bytes', '2000 more bytes'),
      file('www/b.jpg', 'size-disagrees', 'jpeg of 57 bytes', '2000 more bytes, text'),
      file('lib/modules/ext4.ko', 'look-alike-name', 'lib/modules/ext4.ko', 'module hide_proc'),
      file('etc/rc', 'process-name', '[kworker]', '/tmp/a'),
      file('usr/share/tests/x.png', 'type-disagrees', 'png', 'elf'),
    ],
  },
  nothing: { note: 'No disguise at all.', sightings: [] },
});
