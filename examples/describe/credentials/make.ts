// node examples/describe/credentials/make.ts: writes the inputs of the observer of credentials. Every secret is made up.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, le16, le32, zeros } from '../../craft.ts';

interface File {
  readonly path: string;
  readonly text?: string;
  readonly base64?: string;
  readonly mode?: string;
  readonly format?: string;
}

function write(name: string, note: string, input: File): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

const lines = (...given: readonly string[]) => given.map((line) => `${line}\n`).join('');

write('script-hands-over', 'A script gives secrets to programs: as options, before a colon, in an address, on standard input, as a dialogue.', {
  path: 'usr/sbin/collect.sh',
  mode: '755',
  text: lines(
    '#!/bin/sh',
    'KEY=Vanilla-Rain-7',
    'sshpass -p Kite42bell ssh support@192.0.2.9 uptime',
    'mysql -u stats -pOrange77 metrics < /tmp/q.sql',
    'wget --user=probe --password="$KEY" http://192.0.2.10/list',
    'curl -u probe:wi11owtree https://192.0.2.10/put',
    'openssl enc -aes-256-cbc -k gl4ss-harbour -in /tmp/a -out /tmp/b',
    'ftpput -u log -p tin-roof-3 192.0.2.11 /a /tmp/a',
    'snmpset -v2c -c mountain9 192.0.2.12 1.3.6.1.2.1.1.6.0 s here',
    'mount -t cifs //192.0.2.13/x /mnt -o username=box,password=Quarry5',
    "echo 'green-lamp-8' | sudo -S reboot",
    '(sleep 1; echo admin; sleep 1; echo lantern55; echo reboot) | telnet 192.0.2.14',
    'tftp -g http://upload:r1ver@192.0.2.15/x',
  ),
});

write('script-compares', 'What somebody typed is held against a literal, or its digest against a digest.', {
  path: 'bin/menu',
  mode: '755',
  text: lines(
    '#!/bin/sh',
    'read -s -p "Password: " given',
    'if [ "x$given" = "xCopper-Field-9" ]; then exec /bin/sh; fi',
    'case "$given" in',
    '  engineer77) exec /bin/ash ;;',
    '  *) exit 1 ;;',
    'esac',
    '[ "$(echo -n "$given" | md5sum | cut -d" " -f1)" = "0123456789abcdef0123456789abcdef" ] && telnetd -l /bin/sh',
  ),
});

write('script-that-only-names', 'The look-alike: variables, lists of names, prompts, states and files. Nothing is said.', {
  path: 'lib/netifd/wireless.sh',
  text: lines(
    '#!/bin/sh',
    'PWD=/tmp',
    'json_get_vars auth_server auth_secret auth_port acct_secret',
    'read -r user_password ssid wpa < /tmp/x',
    'password="$1"',
    'passwd_file=/etc/passwd.conf',
    '[ "$auth" = "password" ] && mode=password',
    '[ "$password" = "" ] && echo "no password"',
    '[ "$(md5sum /tmp/image | cut -d" " -f1)" = "0123456789abcdef0123456789abcdef" ] || exit 1',
    'uci set wireless.key=$key',
    "uci set network.wan.password='password'",
    'wget --password="$p" http://192.0.2.1/',
    'mysql -p metrics',
  ),
});

write('script-writes-configuration', 'Settings in a here-document and through echo, and commands of ftp.', {
  path: 'etc/init.d/setup',
  mode: '755',
  text: lines(
    '#!/bin/sh',
    'cat > /tmp/hostapd.conf <<EOF',
    'ssid=service',
    'wpa_passphrase=blue-whale-41',
    'EOF',
    'echo "rocommunity h1dden-hill" >> /etc/snmp/snmpd.conf',
    'ftp -n 192.0.2.1 <<END',
    'user upload fern-gully-6',
    'put /tmp/log',
    'END',
    'uci set cwmpd.acs.acs_username=box',
    'uci set cwmpd.acs.acs_password=Silver0range',
    'nvram set http_passwd=moss-stone-2',
  ),
});

write('uci', 'Options with blanks between name and value; the user stands in the same section.', {
  path: 'etc/config/agent',
  text: lines(
    "config agent 'main'",
    "\toption username 'box'",
    "\toption password 'Harbour-12'",
    "\toption key_file '/etc/keys/a'",
    '',
    "config community",
    '\toption community public',
    "config wireless",
    "\toption encryption 'psk2'",
    "\toption wep_key 'SET_BY_SCRIPT'",
    '\toption wpa_psk_key "correct horse 7 battery"',
    '  pwd = pairs[names[user]]',
  ),
});

write('markup', 'Elements, attributes, pairs of name and value, members.', {
  path: 'etc/defaults/config.xml',
  text: lines(
    '<?xml version="1.0"?>',
    '<config>',
    ' <!-- <password>Comment-1</password> -->',
    ' <webUser><username>root</username><password>Marble-31</password></webUser>',
    ' <Account UserName="tech" Password="Pebble-62" Level="0"/>',
    ' <Value Name="SUPER_PASSWORD" Value="stone77Bridge"/>',
    ' <Value Name="WLAN_PSK" Value=""/>',
    ' {"api_key": "9f8a7c6d5e4b3a29"}',
    ' <passwordLength>32</passwordLength>',
    '</config>',
  ),
});

write('snmp-and-secrets', 'Lines whose first word says what follows.', {
  path: 'etc/snmp/snmpd.conf',
  text: lines(
    '# rocommunity commented-out',
    'rocommunity public default',
    'rwcommunity w1ll0w-path 192.0.2.0/24',
    'com2sec readonly default private',
    'createUser monitor SHA "Orchard-gate-5" AES',
    '192.0.2.1 : PSK "old-mill-road-9"',
  ),
});

write('ppp', 'Client, server, secret.', {
  path: 'etc/ppp/chap-secrets',
  text: lines('# client server secret addresses', 'guest * guest1234 *', '"box" * "" *'),
});

write('lua', 'Code that compares, and tables of names that look as if they set something.', {
  path: 'usr/lib/lua/web/login.lua',
  text: lines(
    'local M = {}',
    'local names = { ["PreSharedKey"] = "wpa_psk_key", password = "AuthPassword", ["wpa2-psk"] = "WPA2-Personal" }',
    'function M.check(user, password)',
    '  if user == "service" and password == "Night-Train-8" then return true end',
    '  if md5(password) == "0123456789abcdef0123456789abcdef" then return true end',
    '  if password == "" then return false end',
    "  -- password == 'comment77x'",
    "  if password ~= '==same==' then save(password) end",
    'end',
  ),
});

write('php', 'The literal first, a call of strcmp, a member of the request.', {
  path: 'www/login.php',
  text: lines(
    '<?php',
    'if ("Summer-Wind-3" === $_POST["password"]) { $ok = true; }',
    "if (strcmp($pwd, 'Old-Bridge-4') == 0) { $ok = true; }",
    '$password = $_POST["password"];',
    '$label = "Password: ";',
    'echo "auth_server_shared_secret=".$secret."\\n";',
    '$password = "box$number";',
  ),
});

write('page', 'In a page a word beside a name is a label; only what mixes letters and digits counts.', {
  path: 'www/login.html',
  text: lines(
    '<input type="password" name="password" value="">',
    '<script>',
    'var passwordText = "Passwort"; var password = "Kennwort";',
    'if (form.password.value == "Cedar9Gate") location = "/debug";',
    '</script>',
  ),
});

write('dialogue', 'What expect(1) sends after a prompt, and a chat script.', {
  path: 'usr/bin/fetch.exp',
  text: lines(
    '#!/usr/bin/expect',
    'spawn telnet 192.0.2.1',
    'expect "login:"',
    'send "operator\\r"',
    'expect "Password:"',
    'send "Blue-Kettle-7\\r"',
    "chat '' ogin: box word: tin-drum-2",
  ),
});

write('page-of-the-manual', 'The look-alike: a page that was compressed alone has lost its name; it shows settings among its sentences.', {
  path: 'content',
  text: lines(
    '.TH AGENT 8',
    '.SH DESCRIPTION',
    'The agent logs in to the server with the password of its configuration, for example:',
    'password Harbour-12',
    'and sends everything that was measured since the last time. Addresses are written as',
    'http://box:tin-drum-2@192.0.2.1/ in the file.',
  ),
});

write('configuration-without-a-name', 'The same for a configuration: mostly settings.', {
  path: 'content',
  text: lines('username=box', 'password=Harbour-12', 'port=80', 'ssid=service'),
});

write('documentation', 'Nothing that documentation shows is used: unwanted.', {
  path: 'usr/share/doc/agent/README',
  text: 'wget --user=probe --password=Kite42bell http://192.0.2.10/\n',
});

/** ELF for 32-bit little-endian ARM without tables: everything behind the header is looked at. */
function program(...strings: readonly string[]): string {
  const header = bytes('\x7fELF', [1, 1, 1, 0], zeros(8), le16(2), le16(40), le32(1), le32(0), le32(0), le32(0), le32(0), le16(52), le16(32), le16(0), le16(40), le16(0), le16(0));
  return bytes(header, ...strings.map((text) => bytes(text, [0]))).toString('base64');
}

write('program', 'Strings of a program: beside the words of a log-in, in a command it runs, in an address, in a query.', {
  path: 'sbin/webd',
  mode: '755',
  format: 'elf',
  base64: program(
    'libc.so.0',
    'login: ',
    'Password: ',
    'w1nd0w!Sill',
    'Login incorrect',
    'wget -q --user=box --password=Kite42bell http://192.0.2.1/cfg',
    'http://relay:Gravel-81@192.0.2.2/push',
    'user=agent&password=Meadow-5&id=1',
    'user=%s&password=%s',
  ),
});

write('program-with-identifiers', 'The look-alike: beside the same words stand names of functions, options, formats and usage.', {
  path: 'lib/libcrypt.so',
  format: 'elf',
  base64: program(
    'PKCS12_item_decrypt_d2i_ex',
    'maybe wrong password',
    'PKCS8Encrypted',
    'mplc:s:',
    'Password: ',
    'Parameter-Length:',
    'OpType:update',
    '?pc?d?b?-?l?s???rwxSTst',
    'login:',
    ' -r, --remove-password    remove the password',
    'http://user:password@host/',
    'password=%s',
  ),
});
