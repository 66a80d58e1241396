// node examples/describe/web-routes/make.ts: writes the trees of the observer of web routes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytes, le16, le32, zeros } from '../../craft.ts';

interface Tree {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly formats?: Readonly<Record<string, string>>;
}

function write(name: string, note: string, { files, formats }: Tree): void {
  const folder = join(import.meta.dirname, name);
  rmSync(join(folder, 'input'), { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, 'input', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(formats === undefined ? {} : { formats }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

const lines = (...given: readonly string[]) => given.map((line) => `${line}\n`).join('');

/** ELF for 32-bit little-endian ARM without tables, then strings. */
function program(...strings: readonly string[]): Uint8Array {
  const header = bytes('\x7fELF', [1, 1, 1, 0], zeros(8), le16(2), le16(40), le32(1), le32(0), le32(0), le32(0), le32(0), le16(52), le16(32), le16(0), le16(40), le16(0), le16(0));
  return bytes(header, ...strings.map((text) => bytes(text, [0])));
}

write('shell-scripts', 'CGI scripts of a shell: one evaluates the request, one runs a program it names, one reboots, one only prints.', {
  files: {
    'www/cgi-bin/run.cgi': lines(
      '#!/bin/sh',
      'echo "Content-type: text/plain"; echo',
      'cmd=$(echo "$QUERY_STRING" | sed -n "s/^.*cmd=\\([^&]*\\).*$/\\1/p")',
      'eval "$cmd"',
    ),
    'www/cgi-bin/tool': lines('#!/bin/sh', 'read body', 'name=${body#tool=}', '/usr/bin/$name --now'),
    'www/cgi-bin/restart.cgi': lines('#!/bin/sh', 'echo; echo restarting', 'reboot'),
    'www/cgi-bin/status.cgi': lines('#!/bin/sh', 'echo; uptime; ifconfig $QUERY_STRING'),
    'www/index.html': '<a href="/cgi-bin/status.cgi">status</a> <a href="/cgi-bin/restart.cgi">restart</a>\n',
  },
});

write('shell-scripts-that-ask', 'The look-alike: the same commands behind a session, behind a check by its name, behind the server.', {
  files: {
    'etc/httpd.conf': '/cgi-bin/admin:root:$1$abc$OGyl6dDvZCDiGmIVbeuCq/\n',
    'www/cgi-bin/run.cgi': lines('#!/bin/sh', 'if [ "$HTTP_COOKIE" != "sid=$(cat /tmp/sid)" ]; then exit 1; fi', 'eval "$QUERY_STRING"'),
    'www/cgi-bin/tool.cgi': lines('#!/bin/sh', '. /usr/lib/check_login.sh', 'eval "$QUERY_STRING"'),
    'www/cgi-bin/admin.cgi': lines('#!/bin/sh', 'eval "$QUERY_STRING"'),
  },
});

write('php', 'A page runs what the request brings; another asks for a session first.', {
  files: {
    'htdocs/web/ping.php': lines('<?php', '$host = $_GET["host"];', '$line = "ping -c 1 " . $host;', 'system($line);'),
    'htdocs/web/admin.php': lines('<?php', 'session_start();', 'if (!isset($_SESSION["user"])) exit;', 'system($_POST["cmd"]);'),
    'htdocs/web/list.php': lines('<?php', '$n = 1;', 'echo shell_exec("uptime");'),
  },
});

write('luci', 'Routes of controllers: below admin, where a log-in is asked for, and one that is not.', {
  files: {
    'usr/lib/lua/luci/controller/admin/index.lua': lines(
      'function index()',
      '  local page = node("admin")',
      '  page.sysauth = "root"',
      '  entry({"admin", "run"}, call("action_run"))',
      'end',
      'function action_run(what)',
      '  luci.sys.call("run " .. what)',
      'end',
    ),
    'usr/lib/lua/luci/controller/open.lua': lines(
      'function index()',
      '  entry({"open", "diag"}, call("action_diag"), nil).leaf = true',
      'end',
      'function action_diag(host)',
      '  local line = "ping -c 1 " .. host',
      '  local out = io.popen(line)',
      'end',
    ),
  },
});

write('compiled-handlers', 'Forms that a server was built with; pages name one of them.', {
  files: {
    'bin/boa': program('', '/boaform/', 'formPing', 'formSysCmd', 'formatString', 'format %s'),
    'home/httpd/web/ping.asp': '<form action="/boaform/formPing" method=POST>\n',
  },
  formats: { 'bin/boa': 'elf' },
});
