// node examples/describe/concealment/make.ts: writes trees whose scripts hide something, or only look so. Nothing in them does anything.
import { writeTrees } from '../../craft.ts';

const script = (...lines: readonly string[]) => `#!/bin/sh\n${lines.join('\n')}\n`;

writeTrees(import.meta.dirname, 'make.ts', {
  preloads: {
    note: 'Libraries put into programs by the loader’s file, by variables before a command, for all that follow, through env, in a unit. One is there,\none is not, of one it cannot be told. The variable that only keeps itself and the comment are none.',
    files: {
      'etc/ld.so.preload': '# x\n/usr/lib/libwatch.so libother.so\n',
      'usr/lib/libwatch.so': 'x',
      'etc/init.d/S10': script(
        'LD_PRELOAD=/usr/lib/libwatch.so /usr/sbin/webd -d',
        'export LD_AUDIT=/lib/libaudit.so',
        'env LD_PRELOAD=$LIB /bin/ls',
        'LD_PRELOAD=$LD_PRELOAD /bin/ls',
        'BASH_ENV=/etc/env.sh bash -c true',
        'echo LD_PRELOAD=x',
        '# LD_PRELOAD=/y /bin/ls',
      ),
      'etc/systemd/system/w.service': '[Service]\nEnvironment="LD_PRELOAD=/usr/lib/libwatch.so"\nExecStart=/usr/sbin/webd\n',
    },
    modes: { 'etc/init.d/S10': '755' },
  },
  'names-and-mounts': {
    note: 'Programs under other names, and mounts over a process and over a program. A log-in shell, BusyBox’s own links, a copy with the name\nof a thread as a plain file and usual mounts are none.',
    files: {
      'usr/bin/hide.sh': script(
        "exec -a '[kworker/0:1]' /tmp/a",
        'exec -a -sh sh',
        'exec -a webd /usr/sbin/webd',
        "cp /bin/busybox '/tmp/[kswapd0]'",
        'cp /usr/sbin/x /sbin/kworker',
        'cp a.txt /data/watchdog',
        'ln -s /bin/busybox /bin/ls',
        'printf kthreadd > /proc/self/comm',
        'mount -o bind /tmp/empty /proc/$PID',
        'mount --bind /tmp/ps /bin/ps',
        'mount -t tmpfs tmpfs /proc/1234',
        'mount -t proc proc /proc',
        'mount -o bind /data/etc /etc',
      ),
    },
    modes: { 'usr/bin/hide.sh': '755' },
  },
  'log-changes': {
    note: 'Records that are emptied, cut, sent nowhere or never made, each with the line as written. Writing to a log, keeping an old one and a\nhelp text are none.',
    files: {
      'usr/bin/clean.sh': script(
        'rm -f /var/log/wtmp /tmp/x',
        ': > /var/log/lastlog',
        'cat /dev/null > /var/log/auth.log',
        "sed -i '/10.0.0.9/d' /var/log/messages",
        'grep -v evil /var/log/syslog > /tmp/s',
        'ln -sf /dev/null /root/.ash_history',
        'killall -9 syslogd klogd',
        '/etc/init.d/log stop',
        'systemctl disable rsyslog.service',
        'syslogd -O /dev/null',
        'export HISTFILE=/dev/null HISTSIZE=0',
        'unset HISTFILE; history -c; set +o history',
        'auditctl -e 0',
        'echo started > /var/log/messages',
        'echo x >> /var/log/messages',
        'cp /var/log/messages /mnt/old',
        'echo "rm /var/log/wtmp"',
      ),
      'etc/syslog.conf': 'auth,authpriv.*\t/dev/null\n*.info /var/log/messages\n# kern.* /dev/null\n',
    },
    modes: { 'usr/bin/clean.sh': '755' },
  },
  modules: {
    note: 'Modules by path, by name, in tables and under an odd name; one that is taken out, one that is only shown and a variable for a name.',
    files: {
      'lib/modules/5.4/net/tap-x.ko': 'x',
      'etc/init.d/S05': script('insmod /tmp/.x/drv.ko debug=1', 'modprobe tap_x', 'rmmod tap_x', 'modprobe -r tap_x', 'insmod $MOD', 'insmod /usr/lib/font.ttf'),
      'usr/bin/load.sh': script('insmod /lib/modules/5.4/net/tap-x.ko'),
      'etc/modules.d/10-net': 'tap_x\n# off\nother option=1\n',
    },
    modes: { 'etc/init.d/S05': '755', 'usr/bin/load.sh': '755' },
  },
});
