// node examples/describe/agents/make.ts: writes the inputs of the observer of agents.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function write(name: string, note: string, path: string, ...given: readonly string[]): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const text = given.map((line) => `${line}\n`).join('');
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ path, text }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

write(
  'cwmp-by-uci',
  'An agent of TR-069 that is on; the password of the address is cut, the commented server is none.',
  'etc/config/cwmp',
  "config cwmp 'cpe'",
  "\toption enable '1'",
  "\t#option acs_url 'http://old.isp.test/'",
  "config acs 'acs'",
  "\toption url 'https://box:tin-drum-2@acs.isp.test:7547/cpe?id=1'",
  "\toption ssl_ca '/etc/ssl/acs.pem'",
);

write(
  'management-server-in-markup',
  'ManagementServer as attributes, as elements, and one without a server that is off.',
  'etc/defaults/config.xml',
  '<Igd>',
  ' <ManagementServer EnableCWMP="1" URL="http://acs.isp.test:80/" Username="box"/>',
  ' <Other><ManagementServer><EnableCWMP>false</EnableCWMP><URL></URL></ManagementServer></Other>',
  ' <Value Name="CWMP_ACS_URL" Value="http://192.0.2.1:7547/acs"/>',
  '</Igd>',
);

write(
  'cloud',
  'An agent of a vendor’s cloud, off, with the address of its server and one of its own socket.',
  'etc/config/cloud_agent',
  'config main',
  '\toption enabled 0',
  "\toption server 'gw.cloud.vendor.test'",
  "\toption host '127.0.0.1'",
);

write('program', 'A program of TR-069, by its name.', 'usr/sbin/easycwmpd', '#!/bin/sh', 'exec /usr/lib/cwmp/main');

write(
  'web-server',
  'The look-alike: a configuration with addresses that sets up no agent.',
  'etc/nginx/site.conf',
  'server {',
  '  server_name www.isp.test;',
  '  proxy_pass http://192.0.2.1:8080/;',
  '}',
  'url = http://www.isp.test/',
);

write('script-named-alike', 'The look-alike: a start script of an agent holds no setting.', 'etc/init.d/cwmpd', '#!/bin/sh /etc/rc.common', 'acs_url=$(uci get cwmpd.acs.url)');
