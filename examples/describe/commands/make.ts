// node examples/describe/commands/make.ts: writes the inputs of the observer of commands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function write(name: string, note: string, path: string, ...given: readonly string[]): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const text = given.map((line) => `${line}\n`).join('');
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ path, mode: '755', text }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

write(
  'klish',
  'Commands of klish: one opens a shell and is marked, one opens a shell and is shown, one is only in a comment.',
  'etc/clish/main.xml',
  '<?xml version="1.0"?>',
  '<CLISH_MODULE>',
  ' <VIEW name="main" prompt="router&gt;">',
  '  <COMMAND name="show version" help="Show the version"><ACTION>cat /etc/version</ACTION></COMMAND>',
  '  <COMMAND name="reload" help="Restart the device" access="admin"><ACTION>reboot</ACTION></COMMAND>',
  '  <COMMAND name="shell" help="Open a shell"><ACTION>/bin/sh</ACTION></COMMAND>',
  '  <COMMAND name="_dbg" help="Internal" hidden="true"><ACTION>exec /bin/bash -l</ACTION></COMMAND>',
  '  <!-- <COMMAND name="old" help="x" hidden="true"/> -->',
  ' </VIEW>',
  '</CLISH_MODULE>',
);

write(
  'definition-of-a-vendor',
  'Elements name a command and its help in attributes; one of six has none.',
  'etc/cli.xml',
  '<CliRoot>',
  ...['set lan', 'get lan', 'set wan', 'get wan', 'save'].map((name) => `<Cmd CmdStr="${name}" Help="usage: ${name}" CmdGroup="0x10"/>`),
  '<Cmd CmdStr="dump flash" Help="" CmdGroup=""/>',
  '</CliRoot>',
);

write(
  'menu-of-a-script',
  'What is typed is held against names; the help prints all but one, which opens a shell.',
  'usr/bin/console',
  '#!/bin/sh',
  'cat <<EOF',
  'status   show the state',
  'network  set addresses',
  'EOF',
  'echo "restart  restart the device"',
  'while true; do',
  '  printf "> "; read cmd arg',
  '  case "$cmd" in',
  '    status) uptime ;;',
  '    network) vi /etc/network ;;',
  '    restart) reboot ;;',
  '    exit) exit 0 ;;',
  '    qqz) /bin/sh ;;',
  '    *) echo unknown ;;',
  '  esac',
  'done',
);

write(
  'remote-command',
  'A shell for SSH that takes three commands and prints two.',
  'bin/restricted',
  '#!/bin/sh',
  'case "$SSH_ORIGINAL_COMMAND" in',
  '  backup) tar -c /etc ;;',
  '  log) cat /var/log/messages ;;',
  '  maint) exec sh -i ;;',
  '  *) echo "usage: backup | log" ;;',
  'esac',
);

write(
  'start-script',
  'The look-alike: a script that is started with a word prints not all of them; nobody types there.',
  'etc/init.d/web.sh',
  '#!/bin/sh',
  'case "$1" in',
  '  start) web & ;;',
  '  stop) killall web ;;',
  '  force-reload) killall -HUP web ;;',
  '  *) echo "usage: $0 start | stop" ;;',
  'esac',
  'read answer < /tmp/x',
  'case "$answer" in y) sh /tmp/run.sh ;; esac',
);

write('other-markup', 'The look-alike: attributes of pages and settings that are called cmd.', 'etc/buttons.xml', '<buttons>', '<button cmd="wps" description="push"/>', '<button cmd="reset"/>', '</buttons>');
